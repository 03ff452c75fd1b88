#include <algorithm>
#include <future>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/check.h"
#include "doctor/dns_verdict.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/gateway.h"
#include "doctor/other_resolvers.h"
#include "doctor/reach.h"
#include "doctor/socket.h"
#include "doctor/tcp_tries.h"
#include "doctor/tcp_verdict.h"
#include "doctor/this_network.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

/// A router that asks in vain for a machine says so after 3 s and a little.
constexpr core::Duration kConnectBudget = std::chrono::milliseconds(3800);
constexpr core::Duration kPatience = std::chrono::milliseconds(1000);
constexpr core::Duration kNeighbourBudget = std::chrono::milliseconds(1500);
constexpr core::Duration kOtherPortBudget = std::chrono::seconds(2);
constexpr core::Duration kSlowRoundTrip = std::chrono::milliseconds(300);
constexpr std::size_t kRepeats = 5;
constexpr std::size_t kRepeatsWhenShaky = 4;
constexpr std::uint16_t kPlainPort = 80;
constexpr std::uint16_t kOtherPort = 8080;

/// The other ports that the guides name, at this address.
Neighbours ask_neighbours(const Facts& facts, const std::string& address) {
    Neighbours neighbours;
    const Deadline deadline = facts.within(kNeighbourBudget);
    auto other = std::async(std::launch::async, try_one, address, kOtherPort, deadline);
    const bool plain_is_open = try_one(address, kPlainPort, deadline).stands();
    const bool other_is_open = other.get().stands();
    for (const auto& [each, is_open] : {std::pair{kPlainPort, plain_is_open}, std::pair{kOtherPort, other_is_open}}) {
        if (each != facts.url.port) {
            (is_open ? neighbours.open : neighbours.closed).push_back(each);
        }
    }
    return neighbours;
}

struct Attempts {
    std::vector<Tried> tries;
    Neighbours neighbours;  ///< asked only when none of the tries stands
};

/// Neighbours are asked while the tries still wait, so that a dropped port costs no more than its own time limit.
Attempts attempt(const Facts& facts, const std::vector<std::string>& addresses) {
    std::promise<bool> any_stands;
    auto answer = std::async(std::launch::async, [&, stands = any_stands.get_future()]() mutable {
        const bool is_over = stands.wait_for(facts.left_of(kPatience)) == std::future_status::ready;
        return is_over && stands.get() ? Neighbours{} : ask_neighbours(facts, likeliest_address(addresses));
    });
    Attempts done;
    done.tries = try_each(addresses, facts.url.port, facts.within(kConnectBudget));
    any_stands.set_value(best_of(done.tries) != nullptr);
    done.neighbours = answer.get();
    return done;
}

/// Addresses that failed beside others that did not get a second chance, but for those that let several packets go unanswered; how many
/// took it.
std::size_t try_failed_again(const Facts& facts, std::vector<Tried>& tries) {
    std::vector<std::string> failed;
    for (const auto& tried : tries) {
        if (!tried.stands() && tried.took < kPatience) {
            failed.push_back(tried.address);
        }
    }
    std::size_t recovered = 0;
    for (const auto& again : try_each(failed, facts.url.port, facts.within(kConnectBudget))) {
        const auto at = std::find_if(tries.begin(), tries.end(), [&](const Tried& tried) { return tried.address == again.address; });
        recovered += again.stands() ? 1 : 0;
        *at = again;
    }
    return recovered;
}

/// Where losses are looked for: the address that lost a packet already, else the one that will be used.
const Tried& suspect_of(const std::vector<Tried>& tries) {
    const auto shaky =
        std::find_if(tries.begin(), tries.end(), [](const Tried& tried) { return tried.stands() && tried.lost_greetings > 0; });
    return shaky == tries.end() ? *first_of(tries) : *shaky;
}

void try_more(const Facts& facts, std::vector<Tried>& tries, std::size_t count) {
    const auto more = try_each(std::vector<std::string>(count, tries.front().address), facts.url.port, facts.within(kConnectBudget));
    tries.insert(tries.end(), more.begin(), more.end());
}

/// The same a few times more, all at once: losses do not show in one attempt. More often when one was seen.
/// Who says that the line is slow knows that packets are lost on it, and each loss takes long there.
std::vector<Tried> repeat(const Facts& facts, const Tried& suspect) {
    std::vector<Tried> tries = {suspect};
    if (facts.patience > core::Duration{0}) {
        return tries;
    }
    try_more(facts, tries, kRepeats);
    if (count_shaky(tries) == 1) {
        try_more(facts, tries, kRepeatsWhenShaky);
    }
    return tries;
}

void warn(Outcome& outcome, result::Finding finding) {
    outcome.status = result::CheckStatus::Warn;
    outcome.findings.push_back(std::move(finding));
}

/// One lost packet is no news.
bool is_flaky(const std::vector<Tried>& repeats, std::size_t recovered) { return count_shaky(repeats) > 1 || recovered > 0; }

void note_flaws(Outcome& outcome, const std::vector<Tried>& tries, const std::vector<Tried>& repeats, std::size_t recovered) {
    const Tried& best = *first_of(tries);
    if (is_flaky(repeats, recovered)) {
        const std::size_t shaky = count_shaky(repeats);
        warn(outcome, found("net.flaky", Confidence::Proven,
                            fmt::format("Of {} attempts to connect to {}, {} failed or lost their first packet.",
                                        repeats.size() + recovered, repeats.front().address, shaky + recovered)));
    }
    if (const Tried* dead = dead_address(tries)) {
        warn(outcome, found("tcp.one-address-dead", Confidence::Proven,
                            fmt::format("{} does not answer ({}), and {} does.", dead->address, dead->text(), best.address)));
    }
    if (broken_family(tries) == "IPv4") {
        warn(outcome, found("tcp.one-address-dead", Confidence::Proven,
                            fmt::format("The relay is reached over IPv6 only: its IPv4 addresses do not answer ({}).",
                                        first_of(tries) == &tries.front() ? tries.back().text() : tries.front().text())));
    }
    if (best.rtt > kSlowRoundTrip) {
        warn(outcome, found("tcp.slow", Confidence::Proven,
                            fmt::format("A packet to {} and back takes {}.", best.address, core::human_duration(best.rtt))));
    }
}

Outcome nothing_connects(const Subject& subject, const Facts& facts, const Attempts& done) {
    Outcome outcome;
    outcome.status = result::CheckStatus::Fail;
    outcome.summary = most_telling(done.tries).text();
    outcome.findings = why_not_connected(done.tries, facts.url.port, done.neighbours);
    if (!has_network_address() && !wire::is_loopback(facts.addresses.front())) {
        outcome.findings = {found("net.offline", Confidence::Proven, "No network interface of this machine is up and has an address.")};
    } else if (facts.misled && (facts.misled->code == "dns.wildcard-hijack" || facts.misled->code == "dns.search-list")) {
        outcome.findings.insert(outcome.findings.begin(), *facts.misled);
    } else if (auto silent = silent_gateway(); silent && !wire::is_private(facts.addresses.front())) {
        outcome.findings.insert(outcome.findings.begin(), *std::move(silent));
    } else if (auto better = other_resolver_connects(subject, facts)) {
        outcome.findings.insert(outcome.findings.begin(), *std::move(better));
    }
    return outcome;
}

/// Whether that address was silent in the first run.
bool has_come_back(const std::vector<Tried>& first_run, const std::string& address) {
    return std::any_of(first_run.begin(), first_run.end(),
                       [&](const Tried& tried) { return tried.address == address && count_lost({tried}) > 0; });
}

/// But for the one that is used.
std::vector<std::string> others_that_stand(const std::vector<Tried>& tries) {
    std::vector<std::string> others;
    for (const auto& tried : tries) {
        if (tried.stands() && &tried != first_of(tries)) {
            others.push_back(tried.address);
        }
    }
    return others;
}

Outcome check_port(const Subject& subject, Facts& facts) {
    if (facts.proxy) {
        return Outcome::not_applicable("connections go through the proxy");
    }
    if (facts.addresses.empty()) {
        return Outcome::inconclusive("no address to try", "an address");
    }
    Attempts done = attempt(facts, some_of(facts.addresses));
    Outcome outcome;
    if (best_of(done.tries) == nullptr) {
        // Of two runs the more telling one counts: a router that was just asked for a dead host may be late with its word.
        const auto first_run = std::exchange(facts.failed_tries, done.tries);
        done.tries.insert(done.tries.end(), first_run.begin(), first_run.end());
        outcome = nothing_connects(subject, facts, done);
    } else {
        const std::size_t recovered = try_failed_again(facts, done.tries);
        const Tried best = *first_of(done.tries);
        facts.address = best.address;
        facts.other_addresses = others_that_stand(done.tries);
        facts.broken_family = broken_family(done.tries);
        outcome = Outcome::pass(best.text());
        const auto repeats = repeat(facts, suspect_of(done.tries));
        facts.loses_packets = has_come_back(facts.failed_tries, best.address) || count_lost(repeats) > 1;
        note_flaws(outcome, done.tries, repeats, recovered);
        outcome.with("round trip", core::human_duration(best.rtt));
    }
    for (const auto& tried : done.tries) {
        outcome.with(tried.address, tried.text());
    }
    return outcome;
}

/// What the guides probe besides: never a failure, but it tells a closed port from a closed host.
Outcome check_other_port(const Facts& facts, std::uint16_t port, std::optional<bool>& is_open) {
    if (facts.proxy || facts.addresses.empty() || wire::is_private(facts.url.host) || wire::is_loopback(facts.url.host)) {
        return Outcome::not_applicable("asked of public relays only");
    }
    const Tried tried = try_one(likeliest_address(facts.addresses), port, facts.within(kOtherPortBudget));
    is_open = tried.stands();
    return Outcome::info(tried.stands() ? "open" : std::generic_category().message(tried.error));
}

/// Whether only the relay's own port is let through: no fault, but it says what the network lets pass.
Outcome check_pattern(const Subject& /*subject*/, Facts& facts) {
    if (!facts.open_80 || !facts.open_8080) {
        return Outcome::not_applicable("asked of public relays only");
    }
    if (*facts.open_80 || *facts.open_8080) {
        return Outcome::info("other ports are open too");
    }
    Outcome outcome = Outcome::info("no other port is open");
    outcome.findings = {
        found("tcp.only-443", Confidence::Proven, fmt::format("Of {}, only port {} can be connected to.", facts.address, facts.url.port))};
    return outcome;
}

Outcome check_families(const Subject& /*subject*/, Facts& facts) {
    if (facts.proxy) {
        return Outcome::not_applicable("connections go through the proxy");
    }
    if (facts.broken_family.empty()) {
        return Outcome::pass("every family of addresses answers");
    }
    if (facts.broken_family == "IPv4") {
        return Outcome::info("IPv4 does not answer, see tcp.443");
    }
    return Outcome::warn(
        "IPv6 does not answer",
        found("ipv6.broken-fallback", Confidence::Proven,
              fmt::format("{} has IPv6 addresses, and none of them answers; each program loses 0.2 to 5 s and more before it tries the "
                          "others.",
                          facts.url.host)));
}

}  // namespace

std::vector<Check> tcp_checks() {
    return {
        {.id = "tcp.443",
         .category = "tcp",
         .question = "Does the relay's port accept connections?",
         .needs = {"dns.system", "dns.sanity"},
         .run = [](const Subject& subject, Facts& facts) { return noted(facts, "tcp.443", check_port(subject, facts)); }},
        {.id = "tcp.80",
         .category = "tcp",
         .question = "Is port 80 open?",
         .needs = {"dns.system", "dns.sanity"},
         .weight = Check::Weight::Optional,
         .run = [](const Subject&, Facts& facts) { return check_other_port(facts, kPlainPort, facts.open_80); }},
        {.id = "tcp.8080",
         .category = "tcp",
         .question = "Is port 8080 open?",
         .needs = {"dns.system", "dns.sanity"},
         .weight = Check::Weight::Optional,
         .run = [](const Subject&, Facts& facts) { return check_other_port(facts, kOtherPort, facts.open_8080); }},
        {.id = "tcp.pattern",
         .category = "tcp",
         .question = "Is the relay's the only port that is open?",
         .needs = {"tcp.443", "tcp.80", "tcp.8080"},
         .weight = Check::Weight::Optional,
         .run = &check_pattern},
        {.id = "net.happy-eyeballs",
         .category = "tcp",
         .question = "Do IPv4 and IPv6 both work?",
         .needs = {"tcp.443"},
         .weight = Check::Weight::Optional,
         .run = &check_families},
    };
}

}  // namespace relaybench::doctor
