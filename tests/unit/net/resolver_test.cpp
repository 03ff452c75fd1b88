#include "net/resolver.h"

#include <doctest/doctest.h>

namespace relaybench::net {
namespace {

TEST_CASE("resolver: numeric addresses come back as they are, IPv6 also in brackets") {
    const core::SystemClock clock;
    const auto v4 = resolve("127.0.0.1", 80, clock);
    REQUIRE(v4.has_value());
    CHECK(v4->addresses == std::vector<std::string>{"127.0.0.1"});
    CHECK(v4->took >= core::Duration{0});
    for (const char* text : {"::1", "[::1]"}) {
        const auto v6 = resolve(text, 80, clock);
        REQUIRE(v6.has_value());
        CHECK(v6->addresses == std::vector<std::string>{"::1"});
    }
}

TEST_CASE("resolver: localhost resolves to loopback, each address once") {
    const core::SystemClock clock;
    const auto found = resolve("localhost", 80, clock);
    REQUIRE(found.has_value());
    for (const auto& address : found->addresses) {
        CHECK((address == "127.0.0.1" || address == "::1"));
    }
}

TEST_CASE("resolver: a name that cannot exist is bad input that names it") {
    const core::SystemClock clock;
    const auto found = resolve("no such host", 80, clock);
    REQUIRE_FALSE(found.has_value());
    CHECK(found.error().kind == core::ErrorKind::BadInput);
    CHECK(found.error().message.find("\"no such host\" does not resolve: ") != std::string::npos);
}

}  // namespace
}  // namespace relaybench::net
