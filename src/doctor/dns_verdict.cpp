#include "doctor/dns_verdict.h"

#include <arpa/inet.h>
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

/// The resolver has an address, and this machine does not come by it.
Finding why_system_fails(const DnsSeen& seen, const DnsAnswer& with_address) {
    const auto addresses = addresses_in(seen.answers);
    const bool only_v6 =
        std::all_of(addresses.begin(), addresses.end(), [](const auto& each) { return each.find(':') != std::string::npos; });
    if (only_v6) {
        return found("ipv6.only-and-broken", Confidence::Proven,
                     fmt::format("{} has only IPv6 addresses ({}), and this machine has none of its own.", seen.host, addresses.front()),
                     {"ip -6 addr"});
    }
    return found("dns.local-lookup-fails", Confidence::Likely,
                 fmt::format("The resolver {} knows {}, and this machine's own lookup says: {}.", with_address.server, seen.host,
                             gai_strerror(seen.system.error)),
                 {first_line(seen), "cat /etc/nsswitch.conf"});
}

Finding why_silence(const DnsSeen& seen) {
    if (const auto* empty = first_with(seen.answers, End::NoData)) {
        return found("dns.timeout", Confidence::Proven,
                     fmt::format("The resolver {} answers the question for IPv6 addresses of {} and never the one for IPv4.", empty->server,
                                 seen.host));
    }
    const std::string& server = seen.answers.front().server;
    const bool over_tcp =
        std::any_of(seen.tcp_answers.begin(), seen.tcp_answers.end(), [](const auto& answer) { return !is_silent(answer); });
    if (over_tcp) {
        return found("dns.timeout", Confidence::Proven,
                     fmt::format("The resolver {} answers over TCP and never over UDP: UDP port 53 is blocked on the way.", server));
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

const std::string& likeliest_address(const std::vector<std::string>& addresses) {
    const auto v4 = std::find_if(addresses.begin(), addresses.end(), [](const auto& each) { return each.find(':') == std::string::npos; });
    return v4 == addresses.end() ? addresses.front() : *v4;
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
    return std::nullopt;
}

AddressScope scope_of(const std::string& address) {
    in_addr bytes{};
    if (inet_pton(AF_INET, address.c_str(), &bytes) == 1) {
        const std::uint32_t value = ntohl(bytes.s_addr);
        constexpr std::uint32_t kSharedNat = 0x64400000;  // 100.64.0.0/10, RFC 6598
        if ((value >> 24U) == 0) {
            return AddressScope::Null;
        }
        if ((value >> 22U) == (kSharedNat >> 22U)) {
            return AddressScope::Private;
        }
    } else if (address == "::") {
        return AddressScope::Null;
    }
    if (wire::is_loopback(address)) {
        return AddressScope::Loopback;
    }
    return wire::is_private(address) ? AddressScope::Private : AddressScope::Public;
}

}  // namespace relaybench::doctor
