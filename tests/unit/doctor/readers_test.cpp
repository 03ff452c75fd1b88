#include <doctest/doctest.h>

#include "core/calendar.h"
#include "doctor/dns_query.h"
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

TEST_CASE("resolvers: what is no numeric address is not asked") {
    CHECK(ask_resolver("resolver.example", "relay.test", RecordType::A, std::chrono::seconds(1)).end == DnsAnswer::End::NotAsked);
}

TEST_CASE("hosts file: the line that names a host, in any letters, comments left out") {
    const char* text = "127.0.0.1 localhost\n10.0.0.9\trelay.example Relay2.example # here\n#10.0.0.8 other.example\n";
    CHECK(hosts_line_of(text, "relay2.EXAMPLE") == "10.0.0.9\trelay.example Relay2.example # here");
    CHECK(hosts_line_of(text, "other.example").empty());
    CHECK(hosts_line_of(text, "10.0.0.9").empty());
}

TEST_CASE("replies: what is no such document is nothing, never an exception") {
    CHECK(read_hello(R"({"doctor":1,"challenge":"x","received_headers":{"upgrade":"websocket"}})")->received_headers ==
          std::vector<std::string>{"upgrade"});
    CHECK(read_models(R"({"data":[{"id":"a"},{"id":5},"b",{"id":"c"}]})") == std::vector<std::string>{"a", "c"});
    CHECK(read_paced_event(R"({"seq":3,"t_us":900000})")->sent_us == 900'000);
    for (const char* text : {"", "{", "[]", "null", "{\"doctor\":1}", "{\"data\":{}}", "{\"seq\":-1,\"t_us\":1}", "\xff\xfe", "<html>"}) {
        CAPTURE(text);
        CHECK_FALSE(read_hello(text));
        CHECK(read_models(text).empty());
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
    CHECK_FALSE(speaks_like_relay(200, R"({"doctor":1,"challenge":"of somebody else"})"));
    CHECK_FALSE(speaks_like_relay(200, R"({"data":"x"})"));
    CHECK_FALSE(speaks_like_relay(401, R"({"login":"/portal"})"));
    CHECK_FALSE(speaks_like_relay(404, R"({"error":"x"})"));
    CHECK_FALSE(speaks_like_relay(200, "<html>"));
    CHECK_FALSE(speaks_like_relay(200, ""));
}
