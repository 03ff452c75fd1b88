#include "doctor/other_resolvers.h"

#include <algorithm>
#include <future>

#include <fmt/format.h>

#include "core/file.h"
#include "doctor/ask_resolvers.h"
#include "doctor/dns_verdict.h"
#include "doctor/finding_codes.h"
#include "doctor/tcp_tries.h"
#include "doctor/tls_failure.h"
#include "doctor/trust.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kElsewhereBudget = std::chrono::seconds(2);

/// What a resolver gives and the system was not given.
struct Elsewhere {
    std::string server;
    std::string address;
};

std::vector<Elsewhere> given_by_others(const Subject& subject, const Facts& facts) {
    if (facts.proxy || wire::is_address(facts.url.host) || resolvers_here(subject).size() < 2) {
        return {};
    }
    std::vector<Elsewhere> others;
    for (const DnsAnswer& answer : ask_everybody(subject, facts, facts.url.host)) {
        for (const std::string& address : answer.addresses) {
            const bool is_new = std::find(facts.addresses.begin(), facts.addresses.end(), address) == facts.addresses.end();
            if (is_new && scope_of(address) == AddressScope::Public) {
                others.push_back({answer.server, address});
            }
        }
    }
    constexpr std::size_t kMostAddresses = 4;
    others.resize(std::min(others.size(), kMostAddresses));
    return others;
}

/// Proven: the relay itself was met there.
result::Finding leads_elsewhere(const Facts& facts, const Elsewhere& better) {
    return found("dns.resolvers-differ", result::Confidence::Proven,
                 fmt::format("The relay is at {}, which the resolver {} gives for {}; this machine was given {}.", better.address,
                             better.server, facts.url.host, facts.addresses.front()));
}

/// Without TLS nobody proves to be the relay: that a port is open there is a hint and no more.
std::optional<result::Finding> answers_elsewhere(const Subject& subject, const Facts& facts) {
    const auto others = given_by_others(subject, facts);
    std::vector<std::string> addresses;
    addresses.reserve(others.size());
    for (const Elsewhere& each : others) {
        addresses.push_back(each.address);
    }
    const auto tries = try_each(addresses, facts.url.port, facts.within(kElsewhereBudget));
    for (std::size_t i = 0; i < tries.size(); ++i) {
        if (tries[i].stands()) {
            return found("dns.resolvers-differ", result::Confidence::Possible,
                         fmt::format("Port {} of {} answers at {}, which the resolver {} gives; this machine was given {}.", facts.url.port,
                                     facts.url.host, others[i].address, others[i].server, facts.addresses.front()));
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<result::Finding> other_resolver_connects(const Subject& subject, const Facts& facts) {
    return facts.url.secure() ? other_resolver_proves(subject, facts) : answers_elsewhere(subject, facts);
}

std::optional<result::Finding> other_resolver_proves(const Subject& subject, const Facts& facts) {
    const auto others = given_by_others(subject, facts);
    std::vector<std::future<HandshakeResult>> asking;
    asking.reserve(others.size());
    for (const Elsewhere& each : others) {
        asking.push_back(std::async(std::launch::async, [&] { return shake_hands_at(facts, each.address, kElsewhereBudget); }));
    }
    for (std::size_t i = 0; i < others.size(); ++i) {
        const HandshakeResult there = asking[i].get();
        const auto verdict = judge_trust(subject, there.chain, facts.url.host, core::SystemClock().wall_now());
        if (there.end == HandshakeResult::End::Stands && verdict && may_hear_secrets(subject, verdict->by)) {
            return leads_elsewhere(facts, others[i]);
        }
    }
    return std::nullopt;
}

}  // namespace relaybench::doctor
