#include <netdb.h>

#include <algorithm>
#include <future>
#include <random>

#include <fmt/format.h>

#include "core/file.h"
#include "core/text.h"
#include "core/units.h"
#include "doctor/ask_resolvers.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/dns_verdict.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/gateway.h"
#include "doctor/search_list.h"
#include "doctor/socket.h"
#include "doctor/this_network.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

/// A lookup that takes longer than this is explained by asking the resolvers, beside it.
constexpr core::Duration kPromptLookup = std::chrono::seconds(1);
/// Two resends of programs' usual 5 s would be 15 s: what is to be known of a slow lookup is known here.
constexpr core::Duration kSystemBudget = std::chrono::seconds(6);
/// Where the resolvers answer at once and the system does not: two resends of its own, and a little.
constexpr core::Duration kPuzzlingBudget = std::chrono::seconds(11);
constexpr core::Duration kExtraQuestion = std::chrono::seconds(1);
constexpr core::Duration kSlowLookup = std::chrono::milliseconds(300);
constexpr core::Duration kConnectBudget = std::chrono::seconds(2);
constexpr std::size_t kMostFileBytes = 1U << 20U;
constexpr std::size_t kShownBytes = 120;

Outcome& show(Outcome& outcome, const std::vector<DnsAnswer>& answers) {
    for (const auto& answer : answers) {
        outcome.with("resolver " + answer.server, answer.text());
    }
    return outcome;
}

/// What more can be asked when no resolver gave an address.
void ask_in_other_ways(DnsSeen& seen, const Facts& facts) {
    auto over_tcp =
        std::async(std::launch::async, ask_silent, std::cref(facts), std::cref(seen.answers), std::cref(seen.host), DnsTransport::Tcp);
    seen.udp_answers = ask_silent(facts, seen.answers, seen.host, DnsTransport::UdpAlone);
    seen.tcp_answers = over_tcp.get();
}

/// Whether questions in the form that the system uses here are what is not answered, by the resolver that gives an address to plain ones.
bool swallows_extended(const Subject& subject, const Facts& facts, const DnsSeen& seen) {
    const auto resolv_conf = core::read_file(subject.resolv_conf, kMostFileBytes);
    if (!resolv_conf || !has_option(*resolv_conf, "edns0")) {
        return false;
    }
    const auto with_address = std::find_if(seen.answers.begin(), seen.answers.end(),
                                           [](const DnsAnswer& answer) { return answer.end == DnsAnswer::End::Addresses; });
    if (with_address == seen.answers.end()) {
        return false;
    }
    const auto is_swallowed = [&] {
        const DnsAnswer extended =
            ask_resolver(with_address->server, seen.host, with_address->type, facts.left_of(kExtraQuestion), DnsTransport::Extended);
        return extended.end == DnsAnswer::End::TimedOut;
    };
    if (!is_swallowed()) {
        return false;
    }
    return is_swallowed();  // one datagram may be lost
}

Outcome no_address(const Subject& subject, DnsSeen& seen, Facts& facts) {
    seen.has_network = has_network_address();
    if (seen.has_network && facts.dns_answers.empty()) {
        facts.dns_answers = ask_everybody(subject, facts, seen.host);
    }
    seen.answers = facts.dns_answers;
    if (const auto addresses = addresses_in(seen.answers); addresses.empty()) {
        ask_in_other_ways(seen, facts);
    } else {
        const std::string& last = addresses.back();  // of IPv6, if any is
        seen.has_way_over_v6 = last.find(':') != std::string::npos && has_way_out(last);
        seen.swallows_extended = swallows_extended(subject, facts, seen);
    }
    auto why = seen.has_network && is_silence(seen) ? silent_gateway() : std::nullopt;
    Outcome outcome = Outcome::fail(
        seen.system.timed_out ? fmt::format("no answer in {}", core::human_duration(seen.system.took)) : gai_strerror(seen.system.error),
        why ? *std::move(why) : why_no_address(seen));
    show(outcome, seen.answers);
    for (const auto& answer : seen.tcp_answers) {
        outcome.with("resolver " + answer.server + " over TCP", answer.text());
    }
    return outcome;
}

Outcome check_system(const Subject& subject, Facts& facts) {
    const std::string& host = facts.url.host;
    facts.dns_answers.clear();
    if (facts.proxy) {
        return Outcome::not_applicable("the proxy looks the name up");
    }
    if (wire::is_address(host)) {
        facts.addresses = {host};
        return Outcome::not_applicable("the URL holds an address");
    }
    const PendingLookup pending(host);
    DnsSeen seen{.host = host, .system = pending.wait(kPromptLookup, facts.ends)};
    if (seen.system.timed_out) {
        facts.dns_answers = ask_everybody(subject, facts, host);
        seen.answers = facts.dns_answers;
        seen.system = pending.wait(answers_promptly(seen.answers) ? kPuzzlingBudget : kSystemBudget, facts.ends);
    }
    const bool is_puzzling = seen.system.timed_out && answers_promptly(seen.answers);
    facts.addresses = seen.system.timed_out && !is_puzzling ? addresses_in(seen.answers) : seen.system.addresses;
    if (facts.addresses.empty()) {
        return no_address(subject, seen, facts);
    }
    const std::string summary = fmt::format("{} in {}", fmt::join(facts.addresses, ", "), core::human_duration(seen.system.took));
    Outcome outcome = seen.system.took > kSlowLookup ? Outcome::warn(summary, why_slow_lookup(seen)) : Outcome::pass(summary);
    return show(outcome, seen.answers);
}

Outcome check_query(const Subject& subject, Facts& facts) {
    if (facts.proxy || wire::is_address(facts.url.host) || facts.url.host == "localhost") {
        return Outcome::not_applicable("no resolver is asked for this host");
    }
    if (!facts.dns_answers.empty()) {
        // dns.system has asked them and said what it means.
        return Outcome::info("see dns.system");
    }
    const DnsSeen seen{.host = facts.url.host, .answers = ask_everybody(subject, facts, facts.url.host)};
    if (seen.answers.empty()) {
        return Outcome::info("no resolver is configured");
    }
    const std::size_t count = seen.answers.size() / 2;
    Outcome outcome = Outcome::pass(fmt::format("{} resolver{} asked", count, count == 1 ? "" : "s"));
    if (auto finding = why_resolvers_differ(seen)) {
        outcome = Outcome::warn("not every question is answered", *std::move(finding));
    } else if (addresses_in(seen.answers).empty()) {
        outcome = Outcome::info("the resolvers give no address: this machine finds the name in another way");
    }
    return show(outcome, seen.answers);
}

bool accepts(const std::string& address, std::uint16_t port, Deadline deadline) { return dial(address, port, deadline).system_error == 0; }

Outcome judge_hosts_line(const Subject& subject, Facts& facts, const std::string& line) {
    const auto by_resolvers = addresses_in(ask_everybody(subject, facts, facts.url.host));
    const std::string& set = facts.addresses.front();
    std::string summary = "a line of the hosts file decides";
    // Addresses that are in one list and not in the other say that the hosts file decides.
    if (share_an_address(by_resolvers, facts.addresses)) {
        return Outcome::warn(std::move(summary),
                             found("dns.hosts-override", Confidence::Possible,
                                   fmt::format("The file {} sets the address of {} that the resolver gives today as well: \"{}\".",
                                               subject.hosts_file, facts.url.host, core::printable(line, kShownBytes))));
    }
    auto there = std::async(std::launch::async, accepts, by_resolvers.empty() ? std::string{} : by_resolvers.front(), facts.url.port,
                            facts.within(kConnectBudget));
    const bool works_here = accepts(set, facts.url.port, facts.within(kConnectBudget));
    const bool works_there = there.get();
    const AddressScope scope = scope_of(set);
    const bool leads_nowhere = !works_here && (works_there || scope == AddressScope::Null || scope == AddressScope::Loopback);
    result::Finding finding =
        found("dns.hosts-override", leads_nowhere ? Confidence::Proven : Confidence::Likely,
              fmt::format("The file {} sends {} to {}{}: \"{}\".", subject.hosts_file, facts.url.host, set,
                          by_resolvers.empty() ? "" : fmt::format(", and the resolver gives {}", by_resolvers.front()),
                          core::printable(line, kShownBytes)),
              {"getent ahosts " + facts.url.host});
    facts.misled = finding;
    return leads_nowhere || scope == AddressScope::Null ? Outcome::fail(std::move(summary), std::move(finding))
                                                        : Outcome::warn(std::move(summary), std::move(finding));
}

/// A name that nobody has: random, and under a domain that resolvers do not answer by themselves, as they do for .invalid.
std::string made_up_name() {
    std::random_device random;
    return fmt::format("rb-{:08x}{:08x}.com", random(), random());
}

DnsAnswer ask_for_made_up_name(const Subject& subject, const Facts& facts) {
    const auto servers = resolvers_here(subject);
    return servers.empty() ? DnsAnswer{} : ask_resolver(servers.front(), made_up_name(), RecordType::A, facts.left_of(kExtraQuestion));
}

/// Resolvers that answer for everything.
Outcome judge_made_up_name(Facts& facts, const DnsAnswer& answer) {
    if (answer.addresses.empty()) {
        return Outcome::pass("public addresses");
    }
    const bool takes_the_relay = share_an_address(facts.addresses, answer.addresses);
    result::Finding finding =
        found("dns.wildcard-hijack", takes_the_relay ? Confidence::Likely : Confidence::Proven,
              takes_the_relay
                  ? fmt::format("The resolver gives {} for {} and for a name that cannot exist.", answer.addresses.front(), facts.url.host)
                  : fmt::format("The resolver answers {} for a name that cannot exist.", answer.addresses.front()));
    if (takes_the_relay) {
        facts.misled = finding;  // whether it is a portal, a filter or a wrong name is for those to say who meet what answers there
    }
    return Outcome::warn(takes_the_relay ? "any name gets this address" : "names that do not exist resolve", std::move(finding));
}

/// Addresses of a public name that are not public. A host that is not known may be of a company that answers for it in its own network only.
Outcome judge_scope(const Subject& subject, Facts& facts, const std::string& odd, const DnsAnswer& for_made_up_name) {
    const auto& known = subject.profile.known_hosts;
    const bool must_be_public = std::find(known.begin(), known.end(), facts.url.host) != known.end();
    const AddressScope scope = scope_of(odd);
    const bool leads_nowhere =
        scope == AddressScope::Null || (scope == AddressScope::Loopback && !accepts(odd, facts.url.port, facts.within(kConnectBudget)));
    const bool is_proven = must_be_public || leads_nowhere;
    result::Finding finding = found("dns.sinkhole", is_proven ? Confidence::Proven : Confidence::Possible,
                                    fmt::format("{} resolves to {}, which is no public address.", facts.url.host, odd));
    if (is_proven) {
        return Outcome::fail(odd, std::move(finding));
    }
    if (scope == AddressScope::Loopback) {
        return Outcome::warn(odd, std::move(finding));
    }
    Outcome outcome = judge_made_up_name(facts, for_made_up_name);
    return outcome.findings.empty() ? Outcome::info(fmt::format("{}, a private address", odd)) : outcome;
}

Outcome check_sanity(const Subject& subject, Facts& facts) {
    facts.misled.reset();
    if (facts.proxy || wire::is_address(facts.url.host) || !subject.profile.expects_public_address) {
        return Outcome::not_applicable("nothing is expected of this host's addresses");
    }
    const auto hosts = core::read_file(subject.hosts_file, kMostFileBytes);
    if (const std::string line = hosts ? hosts_line_of(*hosts, facts.url.host, facts.addresses) : std::string{}; !line.empty()) {
        return judge_hosts_line(subject, facts, line);
    }
    // Side by side, for connecting waits for both.
    auto asking = std::async(std::launch::async, ask_for_made_up_name, std::cref(subject), std::cref(facts));
    auto by_search_list = why_by_search_list(subject, facts);
    const DnsAnswer for_made_up_name = asking.get();
    if (by_search_list) {
        facts.misled = by_search_list;
        return Outcome::warn("a domain of the search list was put behind the name", *std::move(by_search_list));
    }
    const auto odd = std::find_if(facts.addresses.begin(), facts.addresses.end(),
                                  [](const auto& address) { return scope_of(address) != AddressScope::Public; });
    return odd == facts.addresses.end() ? judge_made_up_name(facts, for_made_up_name) : judge_scope(subject, facts, *odd, for_made_up_name);
}

}  // namespace

std::vector<Check> dns_checks() {
    return {
        {.id = "dns.system",
         .category = "dns",
         .question = "Does this machine find the relay's address?",
         .needs = {"key.present", "key.bytes", "key.format", "url.parse", "url.scheme", "url.path", "url.host"},
         .run = [](const Subject& subject, Facts& facts) { return noted(facts, "dns.system", check_system(subject, facts)); }},
        {.id = "dns.query",
         .category = "dns",
         .question = "Do all resolvers answer, for IPv4 and IPv6?",
         .needs = {"dns.system"},
         .weight = Check::Weight::Optional,
         .run = &check_query},
        {.id = "dns.sanity",
         .category = "dns",
         .question = "Is it a public address, from no hosts file?",
         .needs = {"dns.system"},
         .run = [](const Subject& subject, Facts& facts) { return noted(facts, "dns.sanity", check_sanity(subject, facts)); }},
    };
}

}  // namespace relaybench::doctor
