#include <cstddef>
#include <future>
#include <string>
#include <vector>

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
std::vector<std::string> names_of(const std::vector<ControlTried>& tried, Which which) {
    std::vector<std::string> names;
    for (const ControlTried& each : tried) {
        if (each.code.empty() == (which == Which::Reached)) {
            names.push_back(each.name);
        }
    }
    return names;
}

/// "a", "a and b", "a, b and c".
std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    }
    return text;
}

/// "a is", "a and b are".
std::string who_is(const std::vector<ControlTried>& tried, Which which) {
    const auto names = names_of(tried, which);
    return joined(names) + (names.size() == 1 ? " is" : " are");
}

Outcome relay_only(const Facts& facts, const std::vector<ControlTried>& tried) {
    return Outcome::warn(
        "other hosts are reached",
        found("net.relay-only-blocked", Confidence::Proven,
              fmt::format("{} reached from here{}, and {} is not: the network as such works.", who_is(tried, Which::Reached),
                          facts.proxy ? " through the same proxy" : "", facts.url.authority())));
}

Outcome offline(const Facts& facts, const std::vector<ControlTried>& tried) {
    const bool is_alone = !has_network_address();
    std::vector<std::string> missed = names_of(tried, Which::Missed);
    missed.insert(missed.begin(), facts.url.authority());
    const std::string nobody = missed.size() == 2 ? fmt::format("Neither {} nor {}", missed[0], missed[1]) : "None of " + joined(missed);
    std::string cause = is_alone ? std::string("No network interface of this machine is up and has an address.")
                                 : fmt::format("{} is reached{}.", nobody,
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
            return Outcome::pass(who_is(tried, Which::Reached) + " reached too");
        case Verdict::ControlsDown:
            return Outcome::info(fmt::format("the relay is reached, and {} not", who_is(tried, Which::Missed)));
        case Verdict::RelayOnly:
            return relay_only(facts, tried);
        case Verdict::PastNames:
            return Outcome::info(
                fmt::format("{} reached by address: the network as such works, and whether any name is found here shows by a control host "
                            "that is given by its name",
                            who_is(tried, Which::Reached)));
        case Verdict::PastTheProxy:
            return Outcome::info(fmt::format("without the proxy {} reached: the network as such works", who_is(tried, Which::Reached)));
        case Verdict::Offline:
            return offline(facts, tried);
        case Verdict::NothingReached:
            break;
    }
    return Outcome::info("no control host is reached either, though not for the same reason as the relay");
}

Outcome check_controls(const Subject& subject, Facts& facts) {
    const std::vector<ControlTried> tried = try_all(subject, facts);
    // A portal answers in everybody's place. One that is but suspected, and a page that forbids plain HTTP, do not.
    const bool is_portal = facts.portal && facts.portal->state == PortalSeen::State::Certain;
    Outcome outcome = is_portal ? Outcome::info("a portal may have answered in their place") : outcome_of(facts, tried);
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
