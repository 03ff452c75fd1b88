#include <future>

#include <fmt/format.h>

#include "doctor/check.h"
#include "doctor/control_hosts.h"
#include "doctor/control_verdict.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/this_network.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using Verdict = ControlVerdict;

std::vector<ControlTried> try_all(const Subject& subject, const Facts& facts) {
    std::vector<std::future<ControlTried>> trying;
    for (const ControlHost& control : subject.controls) {
        trying.push_back(std::async(std::launch::async, [&] { return try_control(facts, control); }));
    }
    std::vector<ControlTried> tried;
    tried.reserve(trying.size());
    for (auto& each : trying) {
        tried.push_back(each.get());
    }
    return tried;
}

enum class Which : std::uint8_t { Reached, Missed };
std::string names_of(const std::vector<ControlTried>& tried, Which which) {
    std::string names;
    for (const ControlTried& each : tried) {
        if (each.code.empty() == (which == Which::Reached)) {
            names += (names.empty() ? "" : " and ") + each.name;
        }
    }
    return names;
}

Outcome relay_only(const Facts& facts, const std::vector<ControlTried>& tried) {
    const std::string reached = names_of(tried, Which::Reached);
    return Outcome::warn("other hosts are reached",
                         found("net.relay-only-blocked", Confidence::Proven,
                               fmt::format("{} is reached from here{}, and {} is not: the network as such works.", reached,
                                           facts.proxy ? " through the same proxy" : "", facts.url.authority())));
}

Outcome offline(const Facts& facts, const std::vector<ControlTried>& tried) {
    const bool is_alone = !has_network_address();
    const std::string missed = names_of(tried, Which::Missed);
    std::string cause = is_alone ? std::string("No network interface of this machine is up and has an address.")
                                 : fmt::format("Neither {} nor {} is reached{}.", facts.url.authority(), missed,
                                               facts.proxy && !facts.proxy_address.empty() ? ", though the proxy itself is" : "");
    Outcome outcome = Outcome::fail("nothing outside is reached",
                                    found("net.offline", is_alone ? Confidence::Proven : Confidence::Likely, std::move(cause)));
    outcome.explains = {"dns.system", "tcp.443", "proxy.tcp", "proxy.connect"};
    return outcome;
}

/// A control host that is down, or blocked by a rule of its own, is no fault of the way to the relay.
Outcome outcome_of(const Facts& facts, const std::vector<ControlTried>& tried) {
    switch (judge_controls(facts.stuck ? &*facts.stuck : nullptr, tried)) {
        case Verdict::AllReached:
            return Outcome::pass(fmt::format("{} is reached too", names_of(tried, Which::Reached)));
        case Verdict::ControlsDown:
            return Outcome::info(fmt::format("the relay is reached, and {} is not", names_of(tried, Which::Missed)));
        case Verdict::RelayOnly:
            return relay_only(facts, tried);
        case Verdict::PastTheProxy:
            return Outcome::info(
                fmt::format("without the proxy {} is reached: the network as such works", names_of(tried, Which::Reached)));
        case Verdict::Offline:
            return offline(facts, tried);
        case Verdict::NothingReached:
            break;
    }
    return Outcome::info("no control host is reached either, though not for the same reason as the relay");
}

Outcome check_controls(const Subject& subject, Facts& facts) {
    const std::vector<ControlTried> tried = try_all(subject, facts);
    // A portal answers in everybody's place.
    Outcome outcome = facts.portal ? Outcome::info("a portal may have answered in their place") : outcome_of(facts, tried);
    for (const ControlTried& each : tried) {
        outcome.with(each.name, each.text);
    }
    return outcome;
}

}  // namespace

std::vector<Check> control_checks() {
    return {{.id = "tcp.control",
             .category = "tcp",
             .question = "Are other hosts reached, or is it the relay alone that is not?",
             .needs = {"key.present", "key.bytes", "key.format", "url.parse", "url.scheme", "url.path", "url.host"},
             .after = {"dns.system", "dns.sanity", "net.captive", "tcp.443", "proxy.tcp", "proxy.connect"},
             .kind = Check::Kind::Control,
             .weight = Check::Weight::Optional,
             .run = &check_controls}};
}

}  // namespace relaybench::doctor
