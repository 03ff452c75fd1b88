#include "doctor/control_verdict.h"

#include <doctest/doctest.h>

#include "doctor/control_hosts.h"

namespace doctor = relaybench::doctor;
using doctor::ControlTried;
using doctor::Stuck;
using Verdict = doctor::ControlVerdict;

namespace {

Verdict judged(const char* check, const char* code, const std::vector<std::string>& controls) {
    const Stuck stuck{check, code};
    std::vector<ControlTried> tried;
    for (const auto& each : controls) {
        tried.push_back({.name = "control", .code = each, .text = ""});
    }
    return doctor::judge_controls(check == nullptr || *check == '\0' ? nullptr : &stuck, tried);
}

}  // namespace

TEST_CASE("control: where the relay is reached, a control host that is not proves nothing") {
    CHECK(judged("", "", {""}) == Verdict::AllReached);
    CHECK(judged("", "", {"", "tcp.refused"}) == Verdict::ControlsDown);
    CHECK(judged("", "", {"tcp.timeout-dropped"}) == Verdict::ControlsDown);
}

TEST_CASE("control: one that is reached clears the network of the relay's failure, whatever that is") {
    for (const char* code : {"tcp.timeout-dropped", "tcp.refused", "tcp.admin-prohibited", "tcp.no-route"}) {
        CHECK(judged("tcp.443", code, {"tcp.timeout-dropped", ""}) == Verdict::RelayOnly);
    }
    CHECK(judged("dns.system", "dns.nxdomain", {""}) == Verdict::RelayOnly);
    CHECK(judged("proxy.connect", "proxy.policy-denied", {""}) == Verdict::RelayOnly);
}

TEST_CASE("control: a host that is reached by its address says nothing of names") {
    const Stuck stuck{"dns.system", "dns.timeout"};
    ControlTried by_address{.name = "192.0.2.9:443", .code = "", .text = "", .named = ControlTried::Named::ByAddress};
    const ControlTried by_name{.name = "one.example:443", .code = "", .text = ""};
    CHECK(doctor::judge_controls(&stuck, {by_address}) == Verdict::PastNames);
    CHECK(doctor::judge_controls(&stuck, {by_address, by_name}) == Verdict::RelayOnly);
    by_address.code = "tcp.timeout-dropped";
    CHECK(doctor::judge_controls(&stuck, {by_address}) == Verdict::Offline);
    by_address.code = "";
    const Stuck behind_names{"tcp.443", "tcp.timeout-dropped"};
    CHECK(doctor::judge_controls(&behind_names, {by_address}) == Verdict::RelayOnly);
}

TEST_CASE("control: nothing is reached in one and the same way, so that one cause explains it") {
    CHECK(judged("tcp.443", "tcp.timeout-dropped", {"tcp.timeout-dropped", "tcp.no-route"}) == Verdict::Offline);
    CHECK(judged("dns.system", "dns.timeout", {"dns.timeout"}) == Verdict::Offline);
    CHECK(judged("tcp.443", "tcp.refused", {"tcp.refused", "tcp.admin-prohibited"}) == Verdict::Offline);
    CHECK(judged("proxy.connect", "proxy.upstream-fail", {"proxy.upstream-fail"}) == Verdict::Offline);
}

TEST_CASE("control: somebody's word about the relay stays the cause, though the control hosts are not reached either") {
    CHECK(judged("dns.system", "dns.nxdomain", {"tcp.timeout-dropped"}) == Verdict::NothingReached);
    CHECK(judged("tcp.443", "tcp.refused", {"tcp.timeout-dropped"}) == Verdict::NothingReached);
    CHECK(judged("tcp.443", "tcp.timeout-dropped", {"tcp.timeout-dropped", "tcp.refused"}) == Verdict::NothingReached);
    CHECK(judged("proxy.connect", "proxy.policy-denied", {"proxy.policy-denied"}) == Verdict::NothingReached);
    CHECK(judged("proxy.connect", "proxy.auth-required", {"proxy.auth-required"}) == Verdict::NothingReached);
}

TEST_CASE("control: a proxy that is not reached is left out; a mistake in its address is told from a machine without a network") {
    CHECK(judged("proxy.tcp", "proxy.timeout", {""}) == Verdict::PastTheProxy);
    CHECK(judged("proxy.tcp", "proxy.timeout", {"dns.timeout"}) == Verdict::Offline);
    CHECK(judged("proxy.tcp", "proxy.unresolvable", {"tcp.no-route"}) == Verdict::Offline);
    // Names are resolved: there is a network, which may let nothing out but through the right proxy.
    CHECK(judged("proxy.tcp", "proxy.timeout", {"tcp.timeout-dropped"}) == Verdict::NothingReached);
    CHECK(judged("proxy.tcp", "proxy.refused", {"dns.timeout"}) == Verdict::NothingReached);
}

TEST_CASE("control: hosts are named as in a URL, addresses of IPv6 with brackets or without") {
    CHECK(doctor::parse_control("one.example")->text() == "one.example:443");
    CHECK(doctor::parse_control("one.example:80")->port == 80);
    CHECK(doctor::parse_control("192.0.2.1")->host == "192.0.2.1");
    CHECK(doctor::parse_control("2001:db8::1")->text() == "[2001:db8::1]:443");
    CHECK(doctor::parse_control("[2001:db8::1]:8443")->port == 8443);
    for (const char* text : {"", "https://one.example", "one.example/path", "user@one.example", "one.example:0", "one example", ":443"}) {
        CAPTURE(text);
        CHECK_FALSE(doctor::parse_control(text));
    }
}
