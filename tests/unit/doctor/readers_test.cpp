#include <doctest/doctest.h>

#include "core/calendar.h"
#include "doctor/dns_query.h"
#include "doctor/gateway.h"
#include "doctor/http_date.h"
#include "doctor/reply_json.h"

namespace relaybench::doctor {
namespace {

TEST_CASE("http date: the form of RFC 9110, and nothing else") {
    const auto date = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
    REQUIRE(date);
    CHECK(core::utc_text(*date) == "1994-11-06T08:49:37Z");
    for (const char* text : {"", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nob 1994 08:49:37 GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text));
    }
}

TEST_CASE("peer's clock: a cached answer is as old as its Age says") {
    const char* date = "Sun, 06 Nov 1994 08:49:37 GMT";
    CHECK(core::utc_text(*peer_time(date, "")) == "1994-11-06T08:49:37Z");
    CHECK(core::utc_text(*peer_time(date, "3600")) == "1994-11-06T09:49:37Z");
    for (const char* age : {"0", "-5", "1h", "2147483648", "99999999999999999999"}) {
        CAPTURE(age);
        CHECK(core::utc_text(*peer_time(date, age)) == "1994-11-06T08:49:37Z");
    }
    CHECK_FALSE(peer_time("", "5"));
}

TEST_CASE("resolv.conf: the name servers in order, whatever else stands there") {
    CHECK(resolvers_of("# comment\nsearch example\nnameserver 10.0.0.1\n  nameserver ::1\nnameserver\noptions ndots:5\n") ==
          std::vector<std::string>{"10.0.0.1", "::1"});
    CHECK(resolvers_of("").empty());
}

TEST_CASE("resolv.conf: the last search list counts, and options by their whole word") {
    CHECK(search_list_of("domain a.example\nsearch b.example c.example\nnameserver ::1\n") ==
          std::vector<std::string>{"b.example", "c.example"});
    CHECK(search_list_of("search\nnameserver ::1\n").empty());
    CHECK(has_option("options ndots:5 edns0\n", "edns0"));
    CHECK_FALSE(has_option("options edns\n# options edns0\nsearch edns0\n", "edns0"));
}

TEST_CASE("hosts file: a line whose address the lookup did not give decides nothing") {
    const char* text = "10.0.0.9 relay.example\n2001:DB8:0::2 relay.example\n";
    CHECK(hosts_line_of(text, "relay.example", {"203.0.113.2"}).empty());
    CHECK(hosts_line_of(text, "relay.example", {"2001:db8::2"}) == "2001:DB8:0::2 relay.example");
    CHECK(hosts_line_of(text, "relay.example", {}).empty());
}

TEST_CASE("gateway: the default route of least metric, and whether it was asked for in vain") {
    const char* routes =
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
        "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
        "eth0\t00000000\t016433C6\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
        "eth0\t006433C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
    CHECK(default_gateway_in(routes) == "198.51.100.1");
    CHECK(default_gateway_in("tun0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n").empty());
    CHECK(default_gateway_in("").empty());
    const char* neighbours =
        "IP address       HW type     Flags       HW address            Mask     Device\n"
        "198.51.100.1     0x1         0x0         00:00:00:00:00:00     *        eth0\n"
        "198.51.100.10    0x1         0x2         02:42:ac:11:00:02     *        eth0\n";
    CHECK(is_silent_in(neighbours, "198.51.100.1"));
    CHECK_FALSE(is_silent_in(neighbours, "198.51.100.10"));
    CHECK_FALSE(is_silent_in(neighbours, "198.51.100.11"));
}

TEST_CASE("resolvers: what is no numeric address is not asked") {
    CHECK(ask_resolver("resolver.example", "relay.test", RecordType::A, std::chrono::seconds(1)).end == DnsAnswer::End::NotAsked);
}

TEST_CASE("hosts file: the line that names a host, in any letters, comments left out") {
    const char* text = "127.0.0.1 localhost\n10.0.0.9\trelay.example Relay2.example # here\n#10.0.0.8 other.example\n";
    CHECK(hosts_line_of(text, "relay2.EXAMPLE", {"10.0.0.9"}) == "10.0.0.9\trelay.example Relay2.example # here");
    CHECK(hosts_line_of(text, "other.example", {"10.0.0.9"}).empty());
    CHECK(hosts_line_of(text, "10.0.0.9", {"10.0.0.9"}).empty());
}

TEST_CASE("replies: what is no such document is nothing, never an exception") {
    CHECK(read_hello(R"({"doctor":1,"challenge":"x","received_headers":{"upgrade":"websocket"}})")->received_headers ==
          std::vector<std::string>{"upgrade"});
    CHECK(read_model_list(R"({"data":[{"id":"a"},{"id":5},"b",{"id":"c"}]})")->names == std::vector<std::string>{"a", "c"});
    CHECK(read_paced_event(R"({"seq":3,"t_us":900000})")->sent_us == 900'000);
    for (const char* text : {"", "{", "[]", "null", "{\"doctor\":1}", "{\"data\":{}}", "{\"seq\":-1,\"t_us\":1}", "\xff\xfe", "<html>"}) {
        CAPTURE(text);
        CHECK_FALSE(read_hello(text));
        CHECK_FALSE(read_model_list(text));
        CHECK_FALSE(read_paced_event(text));
    }
}

}  // namespace
}  // namespace relaybench::doctor

TEST_CASE("readers: a relay is known by its list of models or by an error in JSON, and by nothing else") {
    using relaybench::doctor::speaks_like_relay;
    CHECK(speaks_like_relay(200, R"({"object":"list","data":[]})"));
    CHECK(speaks_like_relay(401, R"({"error":{"message":"no key"}})"));
    CHECK(speaks_like_relay(403, R"({"detail":"Not authenticated"})"));
    CHECK(speaks_like_relay(429, R"({"error":"slow down"})"));
    CHECK(speaks_like_relay(200, R"({"error":{"message":"no key"}})"));
    CHECK(speaks_like_relay(400, R"({"code":"x","error":"Incorrect API key provided"})"));
    CHECK_FALSE(speaks_like_relay(200, R"({"doctor":1,"challenge":"of somebody else"})"));
    CHECK_FALSE(speaks_like_relay(200, R"({"data":"x"})"));
    CHECK_FALSE(speaks_like_relay(401, R"({"login":"/portal"})"));
    CHECK_FALSE(speaks_like_relay(404, R"({"error":"x"})"));
    CHECK_FALSE(speaks_like_relay(200, "<html>"));
    CHECK_FALSE(speaks_like_relay(200, ""));
}

TEST_CASE("readers: lists of models in the shapes that relays give them, whole, paged and cut") {
    using relaybench::doctor::read_model_list;
    using Names = std::vector<std::string>;
    CHECK(read_model_list(R"({"models":[{"name":"models/gemini-pro"},{"name":"b","id":"c"}]})")->names == Names{"gemini-pro", "c"});
    CHECK(read_model_list(R"([{"id":"a","pricing":{"id":"x"},"tags":["id"]},{"id":"b"}])")->names == Names{"a", "b"});
    CHECK(read_model_list(R"({"data":null})")->names.empty());
    CHECK(read_model_list(R"({"data":[{"id":"a"}],"has_more":false})")->is_whole);
    CHECK_FALSE(read_model_list(R"({"data":[{"id":"a"}],"has_more":true})")->is_whole);
    const auto cut = read_model_list(R"({"data":[{"id":"a","architecture":{"x":1}},{"id":"b"},{"id":"c)");
    REQUIRE(cut);
    CHECK(cut->names == Names{"a", "b"});
    CHECK_FALSE(cut->is_whole);
    CHECK_FALSE(read_model_list(R"({"data":[)"));
    CHECK_FALSE(read_model_list("[1,2]"));
    CHECK_FALSE(read_model_list(std::string(200'000, '[')));
    std::string many = R"({"data":[)";
    for (int i = 0; i < 6000; ++i) {
        many += R"({"id":"m)" + std::to_string(i) + "\"},";
    }
    many.back() = ']';
    CHECK(read_model_list(many + "}")->names.size() == 5000);
    CHECK_FALSE(read_model_list(many + "}")->is_whole);
}
