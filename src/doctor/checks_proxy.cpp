#include <algorithm>
#include <future>
#include <system_error>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/proxy_verdict.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kLookupBudget = std::chrono::seconds(3);
constexpr core::Duration kConnectBudget = std::chrono::seconds(3);
constexpr std::size_t kMostAddresses = 3;
constexpr core::Duration kTunnelBudget = std::chrono::seconds(5);
constexpr core::Duration kDirectBudget = std::chrono::seconds(2);
constexpr core::Duration kSlowTunnel = std::chrono::seconds(1);
constexpr core::Duration kSlowConnect = std::chrono::milliseconds(300);

Outcome check_tcp(const Subject& subject, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    const wire::Proxy& proxy = *facts.proxy;
    const SystemLookup lookup = look_up(proxy.host, kLookupBudget);
    if (lookup.addresses.empty()) {
        return Outcome::fail("its name does not resolve", found("proxy.unresolvable", Confidence::Proven,
                                                                fmt::format("The proxy's name {} does not resolve.", proxy.host)));
    }
    const core::Duration budget = connect_budget(subject, kConnectBudget);
    std::string address = lookup.addresses.front();
    Dialled dialled = dial(address, proxy.port, now() + budget);
    for (std::size_t i = 1; i < std::min(lookup.addresses.size(), kMostAddresses) && dialled.system_error != 0; ++i) {
        address = lookup.addresses[i];
        dialled = dial(address, proxy.port, now() + budget);
    }
    if (dialled.system_error != 0) {
        const bool silent = dialled.system_error == ETIMEDOUT;
        return Outcome::fail(std::generic_category().message(dialled.system_error),
                             found(silent ? "proxy.timeout" : "proxy.refused", Confidence::Proven,
                                   fmt::format("The proxy {} {}.", proxy.text(), silent ? "does not answer" : "refuses connections")));
    }
    facts.proxy_address = address;
    const std::string took = core::human_duration(dialled.took);
    const std::string text = fmt::format("{} connected in {}", proxy.text(), took);
    return dialled.took > kSlowConnect
               ? Outcome::warn(text, found("proxy.slow", Confidence::Proven,
                                           fmt::format("The proxy {} takes {} to accept a connection.", proxy.text(), took)))
               : Outcome::pass(text);
}

Outcome check_connect(const Subject& subject, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, now() + connect_budget(subject, kConnectBudget));
    if (dialled.system_error != 0) {
        return Outcome::fail(
            std::generic_category().message(dialled.system_error),
            found("proxy.refused", Confidence::Proven, fmt::format("The proxy {} refuses connections.", facts.proxy->text())));
    }
    const auto began = now();
    const auto tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, facts.url.port),
                                       within(facts, kTunnelBudget));
    if (!tunnel.channel) {
        Outcome outcome = Outcome::fail(tunnel.reply.text(), why_no_tunnel(*facts.proxy, tunnel.reply));
        for (const char* name : {"proxy-authenticate", "via", "x-squid-error", "server"}) {
            if (const auto value = tunnel.reply.header(name); !value.empty()) {
                outcome.with(name, core::printable(value, 120));
            }
        }
        return outcome;
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
    const Reached reached = reach_relay(subject, facts, Trust::Anyone, began + budget);
    return {.works = reached.channel.has_value(), .took = now() - began, .failure = reached.failure};
}

/// Of this machine's own lookup; empty: none.
std::string address_of(const std::string& host) {
    if (wire::is_address(host)) {
        return host;
    }
    const auto addresses = look_up(host, kDirectBudget).addresses;
    return addresses.empty() ? "" : addresses.front();
}

WayTried try_direct(const Subject& subject, const wire::Url& url) {
    Facts direct;
    direct.url = url;
    direct.address = address_of(url.host);
    return direct.address.empty() ? WayTried{.works = false, .took = {}, .failure = "the relay's name does not resolve here"}
                                  : try_way(subject, direct, connect_budget(subject, kDirectBudget));
}

WayTried try_proxied(const Subject& subject, const wire::Url& url, const wire::Proxy& proxy) {
    Facts proxied;
    proxied.url = url;
    proxied.proxy = proxy;
    proxied.proxy_address = address_of(proxy.host);
    return proxied.proxy_address.empty() ? WayTried{.works = false, .took = {}, .failure = "the proxy's name does not resolve"}
                                         : try_way(subject, proxied, connect_budget(subject, kTunnelBudget));
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
    auto directly = std::async(std::launch::async, [&] { return try_direct(subject, facts.url); });
    const WayTried proxied = try_proxied(subject, facts.url, *facts.proxy);
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
