#include <algorithm>
#include <cerrno>
#include <future>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/ask_portal.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/knock.h"
#include "doctor/proxy_verdict.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kLookupBudget = std::chrono::seconds(3);
constexpr core::Duration kConnectBudget = std::chrono::seconds(3);
constexpr core::Duration kTunnelBudget = std::chrono::seconds(5);
constexpr core::Duration kDirectBudget = std::chrono::seconds(2);
constexpr core::Duration kSlowTunnel = std::chrono::seconds(1);
constexpr core::Duration kSlowConnect = std::chrono::milliseconds(300);

/// Why no connection to the proxy comes about.
result::Finding why_unreachable(const wire::Proxy& proxy, const std::string& address, int system_error) {
    if (system_error != ECONNREFUSED) {
        const bool silent = system_error == ETIMEDOUT;
        return found("proxy.timeout", Confidence::Proven,
                     fmt::format("The proxy {} {}.", proxy.text(),
                                 silent ? "does not answer" : "cannot be reached: " + std::generic_category().message(system_error)));
    }
    result::Finding finding = found("proxy.refused", Confidence::Proven, fmt::format("The proxy {} refuses connections.", proxy.text()));
    if (wire::is_loopback(address)) {
        finding.who = result::Party::You;
        finding.cause = fmt::format("The proxy {} is a program of this machine, and nothing listens there.", proxy.text());
        finding.fix = "Start that program, or correct or remove the proxy setting.";
    }
    return finding;
}

/// A sign-in that is wanted first is the cause of whatever is wrong with a proxy of another machine.
Outcome& after_portal(const Facts& facts, Outcome& outcome, const std::string& address) {
    if (auto portal = wire::is_loopback(address) ? std::nullopt : portal_before_proxy(facts)) {
        outcome.findings.insert(outcome.findings.begin(), *std::move(portal));
    }
    return outcome;
}

/// Addresses that programs lose time on: those that this machine has no way to, and the other one of loopback, they pass over at once.
const Knocked::Dead* dead_of(const Knocked& knocked) {
    const auto at = std::find_if(knocked.dead.begin(), knocked.dead.end(), [](const Knocked::Dead& dead) {
        return dead.system_error != ENETUNREACH && dead.system_error != EADDRNOTAVAIL && !wire::is_loopback(dead.address);
    });
    return at == knocked.dead.end() ? nullptr : &*at;
}

/// Slow or silent at the first knock may have been one lost packet.
core::Duration second_time(const Facts& facts, const std::string& address) {
    const Dialled again = dial(address, facts.proxy->port, facts.within(kConnectBudget));
    return again.system_error == 0 ? again.took : core::Duration::max();
}

Outcome connected(const Facts& facts, const Knocked& knocked) {
    const wire::Proxy& proxy = *facts.proxy;
    Outcome outcome = Outcome::pass(fmt::format("{} connected in {}", proxy.text(), core::human_duration(knocked.dialled.took)));
    if (knocked.dialled.took > kSlowConnect && second_time(facts, knocked.address) > kSlowConnect) {
        outcome.status = result::CheckStatus::Warn;
        outcome.findings.push_back(
            found("proxy.slow", Confidence::Proven,
                  fmt::format("The proxy {} takes {} to accept a connection.", proxy.text(), core::human_duration(knocked.dialled.took))));
    }
    const Knocked::Dead* dead = dead_of(knocked);
    if (dead != nullptr && (dead->system_error != ETIMEDOUT || second_time(facts, dead->address) == core::Duration::max())) {
        outcome.status = result::CheckStatus::Warn;
        outcome.findings.push_back(found("proxy.one-address-dead", Confidence::Proven,
                                         fmt::format("Of the proxy {}, {} does not answer in time ({}), and {} does.", proxy.text(),
                                                     dead->address, std::generic_category().message(dead->system_error), knocked.address)));
    }
    return outcome;
}

Outcome check_tcp(const Subject& /*subject*/, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    const wire::Proxy& proxy = *facts.proxy;
    const SystemLookup lookup = look_up(proxy.host, facts.left_of(kLookupBudget));
    if (lookup.addresses.empty()) {
        Outcome outcome = Outcome::fail(
            "its name does not resolve",
            found("proxy.unresolvable", Confidence::Proven, fmt::format("The proxy's name {} does not resolve.", proxy.host)));
        return after_portal(facts, outcome, proxy.host);
    }
    const Knocked knocked = knock_at(lookup.addresses, proxy.port, {.each = kConnectBudget + facts.patience, .ends = facts.ends});
    if (!knocked.stands()) {
        const int why = knocked.dialled.system_error;
        Outcome outcome = Outcome::fail(std::generic_category().message(why), why_unreachable(proxy, knocked.address, why));
        return after_portal(facts, outcome, knocked.address);
    }
    facts.proxy_address = knocked.address;
    return connected(facts, knocked);
}

Outcome check_connect(const Subject& /*subject*/, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, facts.within(kConnectBudget));
    if (dialled.system_error != 0) {
        return Outcome::fail(std::generic_category().message(dialled.system_error),
                             why_unreachable(*facts.proxy, facts.proxy_address, dialled.system_error));
    }
    const auto began = now();
    const auto tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, facts.url.port),
                                       facts.within(kTunnelBudget));
    if (!tunnel.channel) {
        Outcome outcome = Outcome::fail(tunnel.reply.text(), why_no_tunnel(*facts.proxy, tunnel.reply));
        for (const char* name : {"proxy-authenticate", "via", "x-squid-error", "server"}) {
            if (auto value = every(tunnel.reply, name); !value.empty()) {
                outcome.with(name, std::move(value));
            }
        }
        // Whoever speaks as a proxy is reached; a company may well send the rest of the web to a page of its own.
        const bool is_no_proxy = !tunnel.reply.has_head() || (tunnel.reply.status >= 300 && tunnel.reply.status < 400);
        return is_no_proxy ? after_portal(facts, outcome, facts.proxy_address) : outcome;
    }
    const core::Duration took = now() - began;
    const std::string text = fmt::format("tunnel in {}", core::human_duration(took));
    return took > kSlowTunnel ? Outcome::warn(text, found("proxy.slow", Confidence::Proven,
                                                          fmt::format("The proxy {} takes {} to open a connection to the relay.",
                                                                      facts.proxy->text(), core::human_duration(took))))
                              : Outcome::pass(text);
}

/// The same hand-shake by one way: TCP, or through the proxy, and TLS where the URL has it.
struct WayTried {
    bool works = false;
    core::Duration took{0};
    std::string failure;

    [[nodiscard]] std::string text() const {
        return works ? fmt::format("works in {}", core::human_duration(took)) : fmt::format("fails: {}", core::printable(failure, 80));
    }
};

WayTried try_way(const Subject& subject, const Facts& facts, core::Duration budget) {
    const auto began = now();
    const Reached reached = reach_relay(subject, facts, Trust::Anyone, facts.within(budget));
    return {.works = reached.channel.has_value(), .took = now() - began, .failure = reached.failure};
}

/// Of this machine's own lookup, one that answers at this port if any does; empty: none.
std::string address_of(const Facts& facts, const std::string& host, std::uint16_t port) {
    if (wire::is_address(host)) {
        return host;
    }
    const auto addresses = look_up(host, facts.left_of(kDirectBudget)).addresses;
    return addresses.size() < 2 ? (addresses.empty() ? "" : addresses.front())
                                : knock_at(addresses, port, {.each = kDirectBudget + facts.patience, .ends = facts.ends}).address;
}

WayTried try_direct(const Subject& subject, const Facts& facts) {
    Facts direct;
    direct.ends = facts.ends;
    direct.patience = facts.patience;
    direct.url = facts.url;
    direct.address = address_of(facts, facts.url.host, facts.url.port);
    return direct.address.empty() ? WayTried{.works = false, .took = {}, .failure = "the relay's name does not resolve here"}
                                  : try_way(subject, direct, kDirectBudget);
}

WayTried try_proxied(const Subject& subject, const Facts& facts) {
    Facts proxied;
    proxied.ends = facts.ends;
    proxied.patience = facts.patience;
    proxied.url = facts.url;
    proxied.proxy = facts.proxy;
    proxied.proxy_address = address_of(facts, facts.proxy->host, facts.proxy->port);
    return proxied.proxy_address.empty() ? WayTried{.works = false, .took = {}, .failure = "the proxy's name does not resolve"}
                                         : try_way(subject, proxied, kTunnelBudget);
}

Outcome compare_ways(const Facts& facts, const WayTried& direct, const WayTried& proxied) {
    const std::string proxy = facts.proxy->text();
    if (direct.works && !proxied.works) {
        return Outcome::warn("the relay can be reached without the proxy only",
                             found("proxy.unneeded", Confidence::Proven,
                                   fmt::format("The relay can be reached directly, and not through the proxy {}.", proxy)));
    }
    if (!direct.works && proxied.works) {
        Outcome outcome = Outcome::info("the relay can be reached through the proxy only");
        outcome.findings.push_back(found("proxy.required", Confidence::Likely,
                                         fmt::format("The relay can be reached through the proxy {}, and not directly.", proxy)));
        return outcome;
    }
    if (!direct.works) {
        return Outcome::info("neither way leads to the relay");
    }
    if (proxied.took > kSlowTunnel && proxied.took > 3 * direct.took) {
        return Outcome::warn("the proxy is much slower than the direct way",
                             found("proxy.unneeded", Confidence::Likely,
                                   fmt::format("Directly the relay is reached in {}, through the proxy {} in {}.",
                                               core::human_duration(direct.took), proxy, core::human_duration(proxied.took))));
    }
    return Outcome::pass("both ways lead to the relay");
}

Outcome check_compare(const Subject& subject, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    auto directly = std::async(std::launch::async, [&] { return try_direct(subject, facts); });
    const WayTried proxied = try_proxied(subject, facts);
    const WayTried direct = directly.get();
    return compare_ways(facts, direct, proxied).with("directly", direct.text()).with("through the proxy", proxied.text());
}

}  // namespace

std::vector<Check> proxy_checks() {
    const std::vector<std::string_view> before = {"key.present", "key.bytes", "key.format", "url.parse",
                                                  "url.scheme",  "url.path",  "url.host",   "proxy.env"};
    return {
        {.id = "proxy.tcp",
         .category = "proxy",
         .question = "Can the proxy be connected to?",
         .needs = before,
         .run = [](const Subject& subject, Facts& facts) { return noted(facts, "proxy.tcp", check_tcp(subject, facts)); }},
        {.id = "proxy.connect",
         .category = "proxy",
         .question = "Does the proxy let us through to the relay?",
         .needs = {"proxy.tcp"},
         .run = [](const Subject& subject, Facts& facts) { return noted(facts, "proxy.connect", check_connect(subject, facts)); }},
        {.id = "proxy.compare",
         .category = "proxy",
         .question = "Does the relay have to be reached through the proxy?",
         .needs = before,  // not proxy.tcp: what works without a proxy that is dead is worth knowing
         .weight = Check::Weight::Optional,
         .run = &check_compare},
    };
}

}  // namespace relaybench::doctor
