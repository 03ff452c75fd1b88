#include "wire/proxy.h"

#include <doctest/doctest.h>

namespace relaybench::wire {
namespace {

TEST_CASE("proxy: host and port, with and without scheme, user and trailing slash") {
    const auto plain = parse_proxy("http://Proxy.example:3128/");
    REQUIRE(plain);
    CHECK(plain->host == "proxy.example");
    CHECK(plain->port == 3128);
    CHECK(plain->credentials.empty());
    CHECK(plain->text() == "http://proxy.example:3128");
    CHECK(parse_proxy("proxy.example:80")->port == 80);
    CHECK(parse_proxy("http://[::1]:3128")->text() == "http://[::1]:3128");
    const auto named = parse_proxy("http://us%40er:p%3Aw@proxy.example:3128");
    REQUIRE(named);
    CHECK(named->credentials.reveal() == "us@er:p:w");
    CHECK(named->text() == "http://proxy.example:3128");
    CHECK(parse_proxy("http://user:p@w@proxy.example:3128")->credentials.reveal() == "user:p@w");
}

TEST_CASE("proxy: what is refused says what is wanted, and never shows a password") {
    for (const char* text :
         {"", "proxy.example", "http://proxy.example", "http://[::1]", "http://:3128", "http://proxy.example:0",
          "http://proxy.example:port", "socks5://proxy.example:1080", "https://proxy.example:443", "http://proxy.example:3128/path",
          "http://user:secret%@proxy.example:3128", "http://user:secret@proxy", "http://user:secret@pro xy:1"}) {
        CAPTURE(text);
        const auto refused = parse_proxy(text);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("http://HOST:PORT") != std::string::npos);
        CHECK(refused.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("proxy: the parts of a text are found however badly it is written") {
    const auto parts = split_proxy("http://user:p@ss:/w?rd@proxy.example:3128/");
    CHECK(parts.scheme == "http");
    CHECK(parts.login == "user:p@ss:/w?rd");
    CHECK(parts.place == "proxy.example:3128/");
    CHECK(parts.host() == "proxy.example");
    CHECK(split_proxy("proxy.example:3128").scheme.empty());
    CHECK_FALSE(split_proxy("proxy.example:3128").has_login);
    CHECK(split_proxy("socks5h://[2001:db8::1]:1080").host() == "2001:db8::1");
    CHECK(split_proxy("[2001:db8::1").host() == "[2001");
    CHECK(split_proxy("@").has_login);
    CHECK(split_proxy("").host().empty());
}

TEST_CASE("proxy: a scheme ends at \"://\" only where it can be one, so that no part of a password is shown as such") {
    const auto odd = split_proxy("user:p://w@proxy.example:3128");
    CHECK(odd.scheme.empty());
    CHECK(odd.login == "user:p://w");
    CHECK(odd.place == "proxy.example:3128");
    CHECK(parse_proxy("user:p://w@proxy.example:3128")->credentials.reveal() == "user:p://w");
    CHECK(split_proxy("http://user:p://w@proxy.example:3128").login == "user:p://w");
    CHECK(split_proxy("://proxy.example:3128").place == "proxy.example:3128");
    CHECK_FALSE(parse_proxy("://proxy.example:3128"));
    CHECK(split_proxy("\"http://proxy.example:3128\"").scheme.empty());
    CHECK_FALSE(parse_proxy("\"http://proxy.example:3128\""));
    CHECK(split_proxy("pac+http://proxy.example/x").scheme == "pac+http");
}

TEST_CASE("proxy: a user without a password is sent with an empty one") {
    CHECK(parse_proxy("http://user@proxy.example:3128")->credentials.reveal() == "user:");
    CHECK(parse_proxy("http://user:@proxy.example:3128")->credentials.reveal() == "user:");
    CHECK(parse_proxy("http://@proxy.example:3128")->credentials.empty());
}

TEST_CASE("proxy: Basic credentials are those of RFC 7617") {
    CHECK(basic_authorization(core::Secret("Aladdin:open sesame")) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

TEST_CASE("no_proxy: names with their sub-domains, addresses, blocks, ports and the star") {
    const auto bypasses = [](const char* list, const char* host, std::uint16_t port = 443) { return bypasses_proxy(list, host, port); };
    CHECK(bypasses("*", "relay.example"));
    CHECK(bypasses("other.test, relay.example", "relay.example"));
    CHECK(bypasses("other.test relay.example", "relay.example"));
    CHECK(bypasses("other.test\trelay.example", "relay.example"));
    CHECK(bypasses("example", "relay.example"));
    CHECK(bypasses(".example", "relay.example"));
    CHECK(bypasses("*.example", "RELAY.example"));
    CHECK(bypasses("relay.example:443", "relay.example"));
    CHECK(bypasses("10.0.0.0/8", "10.1.2.3"));
    CHECK(bypasses("10.1.2.3", "10.1.2.3"));
    CHECK(bypasses("fe80::/10", "fe80::1"));
    CHECK(bypasses("[::1]:443", "::1"));
    CHECK(bypasses("0:0:0:0:0:0:0:1", "::1"));
    CHECK_FALSE(bypasses("", "relay.example"));
    CHECK_FALSE(bypasses(",, ,", "relay.example"));
    CHECK_FALSE(bypasses("lay.example", "relay.example"));
    CHECK_FALSE(bypasses("relay.example:80", "relay.example"));
    CHECK_FALSE(bypasses("10.0.0.0/8", "11.1.2.3"));
    CHECK_FALSE(bypasses("10.0.0.0/33", "10.1.2.3"));
    CHECK_FALSE(bypasses("10.0.0.0/", "10.0.0.0"));
    CHECK_FALSE(bypasses("2.3.4", "1.2.3.4"));
    CHECK_FALSE(bypasses("[::1", "::2"));
}

}  // namespace
}  // namespace relaybench::wire
