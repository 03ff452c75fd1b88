#include "doctor/tcp_verdict.h"

#include <cerrno>

#include <doctest/doctest.h>

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;

Tried tried(const char* address, int error, core::Duration took = 1ms, std::optional<IcmpWord> icmp = std::nullopt) {
    return {.address = address, .error = error, .took = took, .icmp = std::move(icmp)};
}

std::string code_of(const std::vector<Tried>& tries, const Neighbours& neighbours = {}) {
    return why_not_connected(tries, 443, neighbours).front().code;
}

constexpr const char* kV4 = "203.0.113.2";
constexpr const char* kV6 = "2001:db8::2";

TEST_CASE("tcp verdict: errno, the ICMP message and the time tell the ways of failing apart") {
    using Meaning = IcmpWord::Meaning;
    CHECK(code_of({tried(kV4, ECONNREFUSED)}) == "tcp.refused");
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3s)}) == "tcp.timeout-dropped");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 1ms, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 2s, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 1ms)}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 3070ms)}) == "tcp.host-down");
    CHECK(code_of({tried(kV4, ENETUNREACH)}) == "tcp.no-route");
    CHECK(code_of({tried(kV4, ENETUNREACH, 1ms, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV6, EACCES)}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EMFILE)}) == "host.descriptors-low");
    CHECK(code_of({tried(kV4, EADDRNOTAVAIL)}) == "host.ports-few");
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED)}, 443, {}).front().who == result::Party::YourNetwork);
    CHECK(why_not_connected({tried("127.0.0.1", ECONNREFUSED)}, 8080, {}).front().who == result::Party::You);
}

TEST_CASE("tcp verdict: who says it is named, unless it is the relay itself") {
    const IcmpWord word{IcmpWord::Meaning::PortUnreachable, "198.51.100.1"};
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED, 1ms, word)}, 443, {}).front().cause.find("198.51.100.1 says so") !=
          std::string::npos);
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED)}, 443, {}).front().cause.find("says so") == std::string::npos);
}

TEST_CASE("tcp verdict: a missing family says nothing about the other one") {
    CHECK(code_of({tried(kV6, ENETUNREACH), tried(kV4, ETIMEDOUT, 3s)}) == "tcp.timeout-dropped");
    CHECK(code_of({tried(kV6, ECONNREFUSED), tried(kV4, ENETUNREACH)}) == "tcp.refused");
    CHECK(code_of({tried(kV6, ENETUNREACH), tried(kV4, ENETUNREACH)}) == "tcp.no-route");
}

TEST_CASE("tcp verdict: any word about a host outranks silence") {
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3800ms), tried(kV4, EHOSTUNREACH, 3070ms)}) == "tcp.host-down");
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3800ms), tried(kV4, ECONNREFUSED)}) == "tcp.refused");
}

TEST_CASE("tcp verdict: a relay with IPv6 alone, where IPv6 does not work") {
    CHECK(code_of({tried(kV6, ENETUNREACH)}) == "ipv6.only-and-broken");
    CHECK(code_of({tried(kV6, ETIMEDOUT, 3s)}) == "ipv6.only-and-broken");
    CHECK(code_of({tried(kV6, ECONNREFUSED)}) == "tcp.refused");
    CHECK(code_of({tried(kV6, ETIMEDOUT, 3s)}, {.open = {80}, .closed = {}}) == "tcp.timeout-dropped");
}

TEST_CASE("tcp verdict: an open neighbour says that the port alone is blocked") {
    const auto findings = why_not_connected({tried(kV4, ETIMEDOUT, 3s)}, 443, {.open = {80}, .closed = {8080}});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].code == "tcp.timeout-dropped");
    CHECK(findings[0].cause.find("443 blocked, 80 open") != std::string::npos);
    CHECK(findings[1].code == "tcp.only-80");
    CHECK(why_not_connected({tried(kV4, ETIMEDOUT, 3s)}, 443, {.open = {}, .closed = {80, 8080}}).size() == 1);
}

TEST_CASE("tcp verdict: a family that is broken, an address that is dead") {
    CHECK(broken_family({tried(kV6, ETIMEDOUT), tried(kV4, 0)}) == "IPv6");
    CHECK(broken_family({tried(kV6, 0), tried(kV4, ETIMEDOUT)}) == "IPv4");
    CHECK(broken_family({tried(kV6, 0), tried(kV4, 0)}).empty());
    CHECK(broken_family({tried(kV4, 0)}).empty());
    CHECK(broken_family({tried("::1", ECONNREFUSED), tried("127.0.0.1", 0)}).empty());  // a server that listens at one of the two
    const std::vector<Tried> mixed = {tried(kV4, 0), tried("203.0.113.3", ECONNREFUSED), tried(kV6, ETIMEDOUT)};
    REQUIRE(dead_address(mixed) != nullptr);
    CHECK(dead_address(mixed)->address == "203.0.113.3");
    CHECK(dead_address({tried(kV4, 0), tried(kV6, ETIMEDOUT)}) == nullptr);
    CHECK(best_of({tried(kV4, 0, 9ms), tried(kV6, 0, 3ms), tried("203.0.113.3", ECONNREFUSED)})->address == kV6);
    CHECK(best_of({tried(kV4, ETIMEDOUT)}) == nullptr);
}

TEST_CASE("tcp verdict: an address that this machine has no route to costs nothing, and one that a router has none to does") {
    const IcmpWord word{IcmpWord::Meaning::NoRoute, "2001:db8:1::1"};
    CHECK(broken_family({tried(kV6, ENETUNREACH), tried(kV4, 0)}).empty());
    Tried without_source = tried(kV6, EADDRNOTAVAIL);
    without_source.has_way_out = false;
    CHECK(broken_family({without_source, tried(kV4, 0)}).empty());
    CHECK(broken_family({tried(kV6, 0), tried(kV4, ENETUNREACH)}).empty());
    CHECK(broken_family({tried(kV6, ENETUNREACH, 1ms, word), tried(kV4, 0)}) == "IPv6");
    CHECK(broken_family({tried(kV6, ENETUNREACH), tried("2001:db8::3", ETIMEDOUT), tried(kV4, 0)}) == "IPv6");
    CHECK(dead_address({tried(kV6, 0), tried("fd00::2", ENETUNREACH)}) == nullptr);
    CHECK(dead_address({tried(kV6, 0), tried("fd00::2", ENETUNREACH, 1ms, word)}) != nullptr);
}

TEST_CASE("tcp verdict: what this machine itself forbids, lacks or listens for is no fault of a network") {
    const auto first = [](Tried one) { return why_not_connected({std::move(one)}, 443, {}).front(); };
    Tried forbidden = tried(kV4, EPERM);
    forbidden.is_forbidden_here = true;
    CHECK(first(forbidden).code == "tcp.admin-prohibited");
    CHECK(first(forbidden).who == result::Party::You);
    Tried own = tried(kV4, ECONNREFUSED);
    own.is_here = true;
    CHECK(first(own).who == result::Party::You);
    CHECK(first(tried(kV4, EMFILE)).code == "host.descriptors-low");
    CHECK(first(tried(kV4, EADDRNOTAVAIL)).code == "host.ports-few");
    Tried no_source = tried(kV4, EADDRNOTAVAIL);
    no_source.has_way_out = false;
    CHECK(first(no_source).code == "tcp.no-route");
    CHECK(first(tried(kV4, ENETDOWN)).code == "tcp.no-route");
    CHECK(first(tried(kV4, ENOPROTOOPT)).code == "tcp.refused");
}

TEST_CASE("tcp verdict: packets that go in circles have no route, and a neighbour that this machine asks in vain is down at once") {
    using Meaning = IcmpWord::Meaning;
    const auto circles =
        why_not_connected({tried(kV4, EHOSTUNREACH, 1ms, IcmpWord{Meaning::TimeExceeded, "198.51.100.1"})}, 443, {}).front();
    CHECK(circles.code == "tcp.no-route");
    CHECK(circles.cause.find("circles") != std::string::npos);
    Tried unanswered = tried(kV4, EHOSTUNREACH, 1ms, IcmpWord{Meaning::HostUnreachable, "198.51.100.2"});
    CHECK(code_of({unanswered}) == "tcp.admin-prohibited");
    unanswered.is_forbidden_here = true;
    CHECK(code_of({unanswered}) == "tcp.host-down");
}

TEST_CASE("tcp verdict: a refusal is no lost packet, and programs take the first address that stands") {
    Tried resent = tried(kV4, 0, 1s);
    resent.lost_greetings = 1;
    CHECK(count_lost({tried(kV4, ECONNREFUSED), tried(kV4, ECONNREFUSED), tried(kV4, 0)}) == 0);
    CHECK(count_lost({tried(kV4, ETIMEDOUT, 4s), resent, tried(kV4, 0)}) == 2);
    const std::vector<Tried> tries = {tried("203.0.113.9", ETIMEDOUT), tried(kV6, 0, 9ms), tried(kV4, 0, 1ms)};
    CHECK(first_of(tries)->address == kV6);
    CHECK(first_of({tried(kV4, ETIMEDOUT)}) == nullptr);
}

TEST_CASE("tcp verdict: a lost first packet is as shaky as a failure") {
    Tried resent = tried(kV4, 0, 1s);
    resent.lost_greetings = 1;
    CHECK(count_shaky({tried(kV4, 0), resent, tried(kV4, ECONNREFUSED)}) == 2);
    CHECK(resent.text().find("after 1 lost packet") != std::string::npos);
}

}  // namespace
}  // namespace relaybench::doctor
