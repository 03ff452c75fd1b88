#include <system_error>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kLookupBudget = std::chrono::seconds(3);
constexpr core::Duration kConnectBudget = std::chrono::seconds(3);
constexpr core::Duration kTunnelBudget = std::chrono::seconds(5);

Outcome check_tcp(const Subject& /*subject*/, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    const wire::Proxy& proxy = *facts.proxy;
    const SystemLookup lookup = look_up(proxy.host, kLookupBudget);
    if (lookup.addresses.empty()) {
        return Outcome::fail("its name does not resolve", found("proxy.unresolvable", Confidence::Proven,
                                                                fmt::format("The proxy's name {} does not resolve.", proxy.host)));
    }
    std::string address = lookup.addresses.front();
    Dialled dialled = dial(address, proxy.port, now() + kConnectBudget);
    for (std::size_t i = 1; i < lookup.addresses.size() && dialled.system_error != 0; ++i) {
        address = lookup.addresses[i];
        dialled = dial(address, proxy.port, now() + kConnectBudget);
    }
    if (dialled.system_error != 0) {
        const bool silent = dialled.system_error == ETIMEDOUT;
        return Outcome::fail(std::generic_category().message(dialled.system_error),
                             found(silent ? "proxy.timeout" : "proxy.refused", Confidence::Proven,
                                   fmt::format("The proxy {} {}.", proxy.text(), silent ? "does not answer" : "refuses connections")));
    }
    facts.proxy_address = address;
    return Outcome::pass(fmt::format("{} connected in {}", proxy.text(), core::human_duration(dialled.took)));
}

/// What an answer to CONNECT that is no 2xx means.
result::Finding why_refused(const wire::Proxy& proxy, const HttpReply& reply) {
    const std::string said = fmt::format("The proxy {} answers CONNECT with {}.", proxy.text(), reply.text());
    const bool had_credentials = !proxy.credentials.empty();
    switch (reply.status) {
        case 401:
        case 407:
            if (reply.status == 401 && !had_credentials) {
                return found("proxy.not-a-proxy", Confidence::Likely, said);
            }
            return found(had_credentials ? "proxy.auth-rejected" : "proxy.auth-required", Confidence::Proven, said,
                         {"export https_proxy=http://USER:PASSWORD@" + wire::host_and_port(proxy.host, proxy.port)});
        case 403:
            return found("proxy.policy-denied", Confidence::Proven, said);
        case 400:
        case 404:
        case 405:
        case 501:
            return found("proxy.not-a-proxy", Confidence::Likely, said);
        case 500:
        case 502:
        case 503:
        case 504:
            return found("proxy.upstream-fail", Confidence::Proven, said);
        case 0:
            if (reply.end == HttpReply::End::TimedOut) {
                return found("proxy.upstream-fail", Confidence::Likely,
                             fmt::format("The proxy {} does not answer CONNECT in time.", proxy.text()));
            }
            return found("proxy.closed", Confidence::Proven, said);
        default:
            return found("proxy.not-a-proxy", Confidence::Possible, said);
    }
}

Outcome check_connect(const Subject& /*subject*/, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, now() + kConnectBudget);
    if (dialled.system_error != 0) {
        return Outcome::fail(
            std::generic_category().message(dialled.system_error),
            found("proxy.refused", Confidence::Proven, fmt::format("The proxy {} refuses connections.", facts.proxy->text())));
    }
    const auto began = now();
    const auto tunnel =
        ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, facts.url.port), now() + kTunnelBudget);
    if (!tunnel.channel) {
        Outcome outcome = Outcome::fail(tunnel.reply.text(), why_refused(*facts.proxy, tunnel.reply));
        for (const char* name : {"proxy-authenticate", "via", "x-squid-error", "server"}) {
            if (const auto value = tunnel.reply.header(name); !value.empty()) {
                outcome.with(name, core::printable(value, 120));
            }
        }
        return outcome;
    }
    return Outcome::pass(fmt::format("tunnel in {}", core::human_duration(now() - began)));
}

}  // namespace

std::vector<Check> proxy_checks() {
    return {
        {.id = "proxy.tcp",
         .category = "proxy",
         .question = "Can the proxy be connected to?",
         .needs = {"key.present", "key.bytes", "key.format", "url.parse", "url.scheme", "url.path", "url.host", "proxy.env"},
         .run = &check_tcp},
        {.id = "proxy.connect",
         .category = "proxy",
         .question = "Does the proxy let us through to the relay?",
         .needs = {"proxy.tcp"},
         .run = &check_connect},
    };
}

}  // namespace relaybench::doctor
