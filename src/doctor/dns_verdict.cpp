#include "doctor/dns_verdict.h"

#include <netdb.h>

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/finding_codes.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using result::Finding;
using End = DnsAnswer::End;

constexpr core::Duration kPrompt = std::chrono::seconds(1);

bool is_silent(const DnsAnswer& answer) { return answer.end == End::TimedOut || answer.end == End::Unreachable; }

/// Those of `more` that are not there yet.
void add_new(std::vector<std::string>& all, const std::vector<std::string>& more) {
    std::copy_if(more.begin(), more.end(), std::back_inserter(all),
                 [&](const auto& each) { return std::find(all.begin(), all.end(), each) == all.end(); });
}

const DnsAnswer* first_with(const std::vector<DnsAnswer>& answers, End end) {
    const auto at = std::find_if(answers.begin(), answers.end(), [&](const DnsAnswer& answer) { return answer.end == end; });
    return at == answers.end() ? nullptr : &*at;
}

std::vector<DnsAnswer> of_type(std::vector<DnsAnswer> answers, RecordType type) {
    std::erase_if(answers, [type](const DnsAnswer& answer) { return answer.type != type; });
    return answers;
}

std::string first_line(const DnsSeen& seen) { return "getent ahosts " + seen.host; }

std::vector<DnsAnswer> those_asked(std::vector<DnsAnswer> answers) {
    std::erase_if(answers, [](const DnsAnswer& answer) { return answer.end == End::NotAsked; });
    return answers;
}

/// No resolver could be asked beside the system: its own word is all there is.
Finding by_system_alone(const DnsSeen& seen) {
    if (seen.system.error == EAI_NONAME) {
        return found(
            "dns.nxdomain", Confidence::Likely,
            fmt::format("This machine's own lookup says that {} does not exist, and its resolvers cannot be asked beside it.", seen.host),
            {first_line(seen)});
    }
    return found("dns.timeout", Confidence::Possible,
                 fmt::format("This machine's own lookup of {} gives no address, and its resolvers cannot be asked beside it.", seen.host),
                 {first_line(seen), "cat /etc/resolv.conf"});
}

/// Whether there are addresses, and every question for IPv4 came back without any: one that was left open might have brought some.
bool has_only_v6(const std::vector<DnsAnswer>& answers) {
    const auto for_v4 = of_type(answers, RecordType::A);
    return first_with(answers, End::Addresses) != nullptr &&
           std::all_of(for_v4.begin(), for_v4.end(), [](const DnsAnswer& answer) { return answer.end == End::NoData; });
}

/// The resolver has an address, and this machine does not come by it.
Finding why_system_fails(const DnsSeen& seen, const DnsAnswer& with_address) {
    if (has_only_v6(seen.answers) && !seen.has_way_over_v6 && !seen.system.timed_out) {
        return found("ipv6.only-and-broken", Confidence::Proven,
                     fmt::format("{} has only IPv6 addresses ({}), and this machine has no way out over IPv6.", seen.host,
                                 with_address.addresses.front()),
                     {"ip -6 addr", "ip -6 route"});
    }
    if (seen.swallows_extended) {
        return found(
            "dns.local-lookup-fails", Confidence::Proven,
            fmt::format("This machine asks with EDNS (options edns0 in resolv.conf), and such questions to {} are not answered; plain "
                        "ones are.",
                        with_address.server),
            {"cat /etc/resolv.conf"});
    }
    if (seen.system.timed_out) {
        return found("dns.local-lookup-fails", Confidence::Likely,
                     fmt::format("The resolver {} gives an address for {} at once, and this machine's own lookup has none after {}.",
                                 with_address.server, seen.host, core::human_duration(seen.system.took)),
                     {first_line(seen), "cat /etc/resolv.conf"});
    }
    return found("dns.local-lookup-fails", Confidence::Likely,
                 fmt::format("The resolver {} knows {}, and this machine's own lookup says: {}.", with_address.server, seen.host,
                             gai_strerror(seen.system.error)),
                 {first_line(seen), "cat /etc/nsswitch.conf"});
}

/// A resolver of this machine itself, such as systemd-resolved or dnsmasq, that does not run.
Finding stub_is_down(const std::string& server) {
    Finding finding = found("dns.timeout", Confidence::Proven,
                            fmt::format("This machine asks a resolver of its own at {}, and nothing listens there.", server),
                            {"cat /etc/resolv.conf", "systemctl status systemd-resolved"});
    finding.who = result::Party::You;
    finding.fix = "Start the resolver of this machine, or name one of the network in /etc/resolv.conf.";
    return finding;
}

bool has_word(const DnsAnswer& answer) { return !is_silent(answer) && answer.end != End::NotAsked; }

/// A resolver was silent, and has a word when an answer that is cut short counts as one. Neither reading is proven: that it is too long for
/// UDP is not seen, and a resolver that was late at first may be late again over TCP.
Finding why_late_word(const DnsSeen& seen, const std::string& server) {
    const bool is_over_tcp = std::any_of(seen.tcp_answers.begin(), seen.tcp_answers.end(),
                                         [&](const DnsAnswer& answer) { return answer.server == server && has_word(answer); });
    if (is_over_tcp) {
        return found("dns.timeout", Confidence::Likely,
                     fmt::format("The resolver {} did not answer in time at first, and does when asked again.", server));
    }
    return found(
        "dns.timeout", Confidence::Likely,
        fmt::format("The answer of the resolver {} is too long for UDP, and over TCP it does not answer: TCP port 53 is blocked.", server));
}

Finding why_silence(const DnsSeen& seen) {
    if (const auto late = std::find_if(seen.udp_answers.begin(), seen.udp_answers.end(), has_word); late != seen.udp_answers.end()) {
        return why_late_word(seen, late->server);
    }
    if (const auto* empty = first_with(seen.answers, End::NoData)) {
        return found("dns.timeout", Confidence::Proven,
                     fmt::format("The resolver {} answers the question for IPv6 addresses of {} and never the one for IPv4.", empty->server,
                                 seen.host));
    }
    const std::string& server = seen.answers.front().server;
    if (std::any_of(seen.tcp_answers.begin(), seen.tcp_answers.end(), has_word)) {
        return found("dns.timeout", Confidence::Proven,
                     fmt::format("The resolver {} answers over TCP and never over UDP: UDP port 53 is blocked on the way.", server));
    }
    if (seen.answers.front().end == End::Unreachable && wire::is_loopback(server)) {
        return stub_is_down(server);
    }
    if (seen.answers.front().end == End::Unreachable) {
        return found("dns.timeout", Confidence::Proven, fmt::format("Nothing answers at the resolver's address {} (refused).", server));
    }
    return found("dns.timeout", Confidence::Proven, fmt::format("No resolver answers: {}.", server), {"cat /etc/resolv.conf"});
}

Finding why_refused(const DnsSeen& seen) {
    const auto& answers = seen.answers;
    if (const auto* denial = first_with(answers, End::NoSuchName)) {
        const auto* other = first_with(answers, End::Addresses);
        return found("dns.nxdomain", Confidence::Proven,
                     fmt::format("The resolver {} says that {} does not exist{}.", denial->server, seen.host,
                                 other == nullptr ? "" : fmt::format(", and {} knows it", other->server)),
                     {first_line(seen)});
    }
    if (const auto* known = first_with(answers, End::Addresses)) {
        return why_system_fails(seen, *known);
    }
    // The lack of IPv6 addresses alone is usual: what became of the question for the others counts.
    const auto for_v4 = of_type(answers, RecordType::A);
    if (const auto* empty = first_with(for_v4, End::NoData)) {
        return found("dns.nodata", Confidence::Proven,
                     fmt::format("The resolver {} knows {} and has no address for it.", empty->server, seen.host));
    }
    if (const auto* failed = first_with(answers, End::ServerFailure)) {
        return found("dns.servfail", Confidence::Proven,
                     fmt::format("The resolver {} fails (SERVFAIL) when it is asked for {}.", failed->server, seen.host));
    }
    if (const auto* refused = first_with(answers, End::Refused)) {
        return found("dns.refused", Confidence::Proven,
                     fmt::format("The resolver {} refuses to answer for {}.", refused->server, seen.host));
    }
    if (const auto* odd = first_with(answers, End::Other)) {
        return found("dns.servfail", Confidence::Possible, fmt::format("The resolver {} gives no answer that can be read.", odd->server));
    }
    return why_silence(seen);
}

/// What a resolver says of a name: the address that leads nowhere, or why it gives none; nothing when it gives a usable one, or is silent.
std::optional<std::string> bad_word(const DnsAnswer& answer) {
    switch (answer.end) {
        case End::NoSuchName:
            return "says that it does not exist";
        case End::NoData:
            return "has no address for it";
        case End::ServerFailure:
            return "fails (SERVFAIL)";
        case End::Refused:
            return "refuses to answer";
        case End::Addresses:
            return scope_of(answer.addresses.front()) == AddressScope::Public
                       ? std::nullopt
                       : std::optional(fmt::format("gives {}, which is no public address", answer.addresses.front()));
        default:
            return std::nullopt;
    }
}

/// One resolver that gives a public address beside one that does not: which of them is asked is chance, and a matter of which is up.
std::optional<Finding> why_contradicted(const DnsSeen& seen) {
    const auto answers = of_type(seen.answers, RecordType::A);
    const auto good =
        std::find_if(answers.begin(), answers.end(), [](const auto& answer) { return answer.end == End::Addresses && !bad_word(answer); });
    const auto bad = std::find_if(answers.begin(), answers.end(), [](const auto& answer) { return bad_word(answer).has_value(); });
    if (good == answers.end() || bad == answers.end()) {
        return std::nullopt;
    }
    return found("dns.resolvers-differ", Confidence::Proven,
                 fmt::format("The resolver {} knows {} and the resolver {} {}.", good->server, seen.host, bad->server, *bad_word(*bad)));
}

}  // namespace

std::vector<std::string> dead_resolvers(const std::vector<DnsAnswer>& all) {
    const auto answers = those_asked(all);  // both questions of a server are asked, or none
    std::vector<std::string> dead;
    for (std::size_t i = 0; i + 1 < answers.size(); i += 2) {
        if (is_silent(answers[i]) && is_silent(answers[i + 1])) {
            dead.push_back(answers[i].server);
        }
    }
    return 2 * dead.size() == answers.size() ? std::vector<std::string>{} : dead;
}

bool is_silence(const DnsSeen& seen) {
    const auto has_any = [&](const std::vector<DnsAnswer>& answers) { return std::any_of(answers.begin(), answers.end(), has_word); };
    return !has_any(seen.answers) && !has_any(seen.tcp_answers) && !has_any(seen.udp_answers);
}

bool answers_promptly(const std::vector<DnsAnswer>& answers) {
    const auto is_prompt = [](const DnsAnswer& answer) {
        return answer.took < kPrompt && (answer.end == End::Addresses || answer.end == End::NoData);
    };
    return !addresses_in(answers).empty() && std::all_of(answers.begin(), answers.end(), is_prompt);
}

bool drops_aaaa(const std::vector<DnsAnswer>& answers) {
    for (std::size_t i = 0; i + 1 < answers.size(); i += 2) {
        const bool knows_the_name = answers[i].end == End::Addresses || answers[i].end == End::NoData;
        if (knows_the_name && answers[i].took < kPrompt && answers[i + 1].end == End::TimedOut) {
            return true;
        }
    }
    return false;
}

std::vector<std::string> addresses_in(const std::vector<DnsAnswer>& answers) {
    std::vector<std::string> all;
    for (const RecordType type : {RecordType::A, RecordType::Aaaa}) {
        for (const auto& answer : answers) {
            if (answer.type == type) {
                add_new(all, answer.addresses);
            }
        }
    }
    return all;
}

Finding why_no_address(const DnsSeen& seen) {
    if (!seen.has_network) {
        return found("net.offline", Confidence::Proven, "No network interface of this machine is up and has an address.",
                     {"ip -brief addr"});
    }
    if (seen.answers.empty()) {
        return found("dns.timeout", Confidence::Likely, "No resolver is configured on this machine.", {"cat /etc/resolv.conf"});
    }
    DnsSeen asked = seen;
    asked.answers = those_asked(seen.answers);
    return asked.answers.empty() ? by_system_alone(seen) : why_refused(asked);
}

Finding why_slow_lookup(const DnsSeen& seen) {
    const std::string took = core::human_duration(seen.system.took);
    const std::string late = seen.system.timed_out ? fmt::format("has not ended after {}", took) : fmt::format("takes {}", took);
    if (drops_aaaa(seen.answers)) {
        return found("dns.aaaa-dropped", Confidence::Proven,
                     fmt::format("The resolver answers for {} over IPv4 (A) at once, and never to the question for IPv6 (AAAA); this "
                                 "machine's own lookup {}.",
                                 seen.host, late));
    }
    if (const auto dead = dead_resolvers(seen.answers); !dead.empty()) {
        return found("dns.one-resolver-dead", Confidence::Proven,
                     fmt::format("The resolver {} does not answer and another one does; this machine's own lookup of {} {}.", dead.front(),
                                 seen.host, late));
    }
    return found("dns.slow", Confidence::Proven, fmt::format("This machine's own lookup of {} {}.", seen.host, late));
}

std::optional<Finding> why_resolvers_differ(const DnsSeen& seen) {
    if (drops_aaaa(seen.answers)) {
        return found("dns.aaaa-dropped", Confidence::Proven,
                     fmt::format("The resolver never answers the question for IPv6 (AAAA) addresses of {}.", seen.host));
    }
    if (const auto dead = dead_resolvers(seen.answers); !dead.empty()) {
        return found("dns.one-resolver-dead", Confidence::Proven, fmt::format("The resolver {} does not answer.", dead.front()));
    }
    return why_contradicted(seen);
}

}  // namespace relaybench::doctor
