#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "core/file.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using End = DnsAnswer::End;

constexpr core::Duration kQueryBudget = std::chrono::seconds(2);
constexpr core::Duration kSystemBudget = std::chrono::seconds(8);
constexpr core::Duration kSlowLookup = std::chrono::milliseconds(300);
constexpr std::size_t kMostFileBytes = 1U << 20U;
constexpr std::size_t kMostResolvers = 3;

std::vector<std::string> resolvers(const Subject& subject) {
    const auto text = core::read_file(subject.resolv_conf, kMostFileBytes);
    auto servers = resolvers_of(text.value_or(std::string{}));
    servers.resize(std::min(servers.size(), kMostResolvers));
    return servers;
}

/// Both questions to each resolver, all at once.
std::vector<DnsAnswer> ask_everybody(const Subject& subject, const std::string& host) {
    const auto servers = resolvers(subject);
    std::vector<DnsAnswer> answers(2 * servers.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        threads.emplace_back(
            [&, i] { answers[i] = ask_resolver(servers[i / 2], host, i % 2 == 0 ? RecordType::A : RecordType::Aaaa, kQueryBudget); });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    return answers;
}

bool any(const std::vector<DnsAnswer>& answers, End end) {
    return std::any_of(answers.begin(), answers.end(), [&](const DnsAnswer& answer) { return answer.end == end; });
}

/// An A question that was answered beside an AAAA question that nobody answered.
bool drops_aaaa(const std::vector<DnsAnswer>& answers) {
    for (std::size_t i = 0; i + 1 < answers.size(); i += 2) {
        const bool knows_the_name = answers[i].end == End::Addresses || answers[i].end == End::NoData;
        if (knows_the_name && answers[i + 1].end == End::TimedOut) {
            return true;
        }
    }
    return false;
}

Outcome& show(Outcome& outcome, const std::vector<DnsAnswer>& answers) {
    for (const auto& answer : answers) {
        outcome.with("resolver " + answer.server, answer.text());
    }
    return outcome;
}

/// Why no address is known, by what the resolvers say.
result::Finding why_nothing(const std::string& host, const std::vector<DnsAnswer>& answers) {
    if (answers.empty()) {
        return found("dns.timeout", Confidence::Likely, "No resolver is configured on this machine.", {"cat /etc/resolv.conf"});
    }
    if (drops_aaaa(answers)) {
        return found(
            "dns.aaaa-dropped", Confidence::Proven,
            fmt::format("The resolver answers for {} over IPv4 (A), and never to the question for IPv6 (AAAA); programs wait for it.",
                        host));
    }
    if (any(answers, End::Addresses)) {
        return found("dns.one-resolver-dead", Confidence::Likely,
                     "One resolver answers, and this machine waits for another one that does not, longer than programs do.");
    }
    if (any(answers, End::NoData) && !any(answers, End::NoSuchName)) {
        return found("dns.nodata", Confidence::Proven, fmt::format("The resolver knows {} and has no address for it.", host));
    }
    if (any(answers, End::NoSuchName)) {
        return found("dns.nxdomain", Confidence::Proven, fmt::format("The resolver says that {} does not exist.", host),
                     {"getent hosts " + host});
    }
    if (any(answers, End::ServerFailure)) {
        return found("dns.servfail", Confidence::Proven, fmt::format("The resolver fails (SERVFAIL) when it is asked for {}.", host));
    }
    if (any(answers, End::Refused)) {
        return found("dns.refused", Confidence::Proven, fmt::format("The resolver refuses to answer for {}.", host));
    }
    return found("dns.timeout", Confidence::Proven, fmt::format("No resolver answers: {}.", answers.front().server));
}

Outcome check_system(const Subject& subject, Facts& facts) {
    const std::string& host = facts.url.host;
    if (facts.proxy) {
        return Outcome::not_applicable("the proxy looks the name up");
    }
    if (wire::is_address(host)) {
        facts.addresses = {host};
        return Outcome::not_applicable("the URL holds an address");
    }
    const SystemLookup lookup = look_up(host, kSystemBudget);
    facts.addresses = lookup.addresses;
    if (lookup.timed_out || lookup.addresses.empty()) {
        const auto answers = ask_everybody(subject, host);
        Outcome outcome = Outcome::fail(lookup.timed_out ? fmt::format("no answer in {}", core::human_duration(kSystemBudget))
                                                         : std::string(gai_strerror(lookup.error)),
                                        why_nothing(host, answers));
        return show(outcome, answers);
    }
    const std::string summary = fmt::format("{} in {}", fmt::join(lookup.addresses, ", "), core::human_duration(lookup.took));
    if (lookup.took > kSlowLookup) {
        return Outcome::warn(summary, found("dns.slow", Confidence::Proven,
                                            fmt::format("Looking up {} takes {}.", host, core::human_duration(lookup.took))));
    }
    return Outcome::pass(summary);
}

Outcome check_query(const Subject& subject, Facts& facts) {
    if (facts.proxy || wire::is_address(facts.url.host) || facts.url.host == "localhost") {
        return Outcome::not_applicable("no resolver is asked for this host");
    }
    const auto answers = ask_everybody(subject, facts.url.host);
    if (answers.empty()) {
        return Outcome::info("no resolver is configured");
    }
    Outcome outcome = Outcome::pass(fmt::format("{} resolver{} asked", answers.size() / 2, answers.size() == 2 ? "" : "s"));
    if (drops_aaaa(answers)) {
        outcome =
            Outcome::warn("IPv6 questions are never answered",
                          found("dns.aaaa-dropped", Confidence::Proven,
                                fmt::format("The resolver never answers the question for IPv6 (AAAA) addresses of {}.", facts.url.host)));
    } else if (any(answers, End::TimedOut) || any(answers, End::Unreachable)) {
        const auto dead = std::find_if(answers.begin(), answers.end(),
                                       [](const auto& answer) { return answer.end == End::TimedOut || answer.end == End::Unreachable; });
        outcome = Outcome::warn("a resolver does not answer", found("dns.one-resolver-dead", Confidence::Proven,
                                                                    fmt::format("The resolver {} does not answer.", dead->server)));
    }
    return show(outcome, answers);
}

/// Answers that no public host has: 0.0.0.0/8, loopback, private, link-local, carrier-grade NAT.
bool is_sinkhole(const std::string& address) {
    in_addr bytes{};
    if (inet_pton(AF_INET, address.c_str(), &bytes) == 1) {
        const std::uint32_t value = ntohl(bytes.s_addr);
        return (value >> 24U) == 0 || (value >> 22U) == (0x64400000U >> 22U) || wire::is_private(address);
    }
    return address == "::" || wire::is_private(address);
}

Outcome check_sanity(const Subject& subject, Facts& facts) {
    if (facts.proxy || wire::is_address(facts.url.host) || !subject.profile.expects_public_address) {
        return Outcome::not_applicable("nothing is expected of this host's addresses");
    }
    const auto hosts = core::read_file(subject.hosts_file, kMostFileBytes);
    const std::string line = hosts ? hosts_line_of(*hosts, facts.url.host) : std::string{};
    const auto odd = std::find_if(facts.addresses.begin(), facts.addresses.end(), is_sinkhole);
    if (!line.empty()) {
        result::Finding finding = found("dns.hosts-override", Confidence::Proven,
                                        fmt::format("The file {} sends {} elsewhere: \"{}\".", subject.hosts_file, facts.url.host, line));
        return odd == facts.addresses.end() ? Outcome::warn("a line of the hosts file decides", std::move(finding))
                                            : Outcome::fail("a line of the hosts file decides", std::move(finding));
    }
    if (odd != facts.addresses.end()) {
        const auto& known = subject.profile.known_hosts;
        const bool must_be_public = std::find(known.begin(), known.end(), facts.url.host) != known.end();
        result::Finding finding = found("dns.sinkhole", must_be_public ? Confidence::Proven : Confidence::Possible,
                                        fmt::format("{} resolves to {}, which is no public address.", facts.url.host, *odd));
        return must_be_public ? Outcome::fail(*odd, std::move(finding)) : Outcome::warn(*odd, std::move(finding));
    }
    const std::string nonsense = fmt::format("rb-{:08x}.invalid.", core::SystemClock().now().time_since_epoch().count() & 0xFFFFFFFF);
    const SystemLookup hijack = look_up(nonsense, kQueryBudget);
    if (!hijack.addresses.empty()) {
        return Outcome::warn("names that do not exist resolve",
                             found("dns.wildcard-hijack", Confidence::Proven,
                                   fmt::format("The resolver answers {} for a name that cannot exist.", hijack.addresses.front())));
    }
    return Outcome::pass("public addresses");
}

}  // namespace

std::vector<Check> dns_checks() {
    return {
        {.id = "dns.system",
         .category = "dns",
         .question = "Does this machine find the relay's address?",
         .needs = {"key.present", "key.bytes", "key.format", "url.parse", "url.scheme", "url.path", "url.host"},
         .run = &check_system},
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
         .run = &check_sanity},
    };
}

}  // namespace relaybench::doctor
