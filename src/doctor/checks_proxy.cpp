#include <netdb.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/units.h"
#include "doctor/ask_portal.h"
#include "doctor/check.h"
#include "doctor/dns_query.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/knock.h"
#include "doctor/proxy_tongue.h"
#include "doctor/proxy_verdict.h"
#include "doctor/proxy_ways.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kProxyLookupBudget = std::chrono::seconds(3);
constexpr core::Duration kKnockBudget = std::chrono::seconds(3);
constexpr core::Duration kTunnelAnswerBudget = std::chrono::seconds(5);
constexpr core::Duration kPastProxyWait = std::chrono::seconds(2);
constexpr core::Duration kSlowTunnel = std::chrono::seconds(1);
constexpr core::Duration kSlowConnect = std::chrono::milliseconds(300);

/// A sign-in that is wanted first is the cause of whatever is wrong with a proxy of another machine. A page that forbids what goes past the
/// proxy is not, and tells what network this is.
Outcome& after_portal(const Facts& facts, Outcome& outcome, const std::string& address) {
    BeforeProxy before = wire::is_loopback(address) ? BeforeProxy{} : look_before_proxy(facts);
    if (before.portal) {
        outcome.findings.insert(outcome.findings.begin(), *std::move(before.portal));
    } else if (!before.block_page.empty()) {
        outcome.findings.front().cause +=
            fmt::format(" Plain HTTP past it is answered with words of refusal (by {}), whatever it is for.", before.block_page);
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
    const Dialled again = dial(address, facts.proxy->port, facts.within(kKnockBudget));
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
    const SystemLookup lookup = look_up(proxy.host, facts.left_of(kProxyLookupBudget));
    if (lookup.addresses.empty()) {
        Outcome outcome =
            Outcome::fail("its name does not resolve",
                          found("proxy.unresolvable", Confidence::Proven,
                                fmt::format("The proxy's name {} does not resolve{}.", proxy.host,
                                            lookup.timed_out || lookup.error == EAI_AGAIN ? ": no resolver answers in time" : "")));
        return after_portal(facts, outcome, proxy.host);
    }
    const Knocked knocked = knock_at(lookup.addresses, proxy.port, {.each = kKnockBudget + facts.patience, .ends = facts.ends});
    if (!knocked.stands()) {
        const int why = knocked.dialled.system_error;
        Outcome outcome = Outcome::fail(std::generic_category().message(why), why_unreachable(proxy, knocked.address, why));
        return after_portal(facts, outcome, knocked.address);
    }
    facts.proxy_address = knocked.address;
    return connected(facts, knocked);
}

/// A tunnel that was asked for, or why nobody could be asked.
struct TunnelAsked {
    int system_error = 0;
    Tunnelled tunnel;
    core::Duration took{0};
};

/// An answer to CONNECT that says what only a page would.
bool announces_page(const HttpReply& reply) {
    const std::string_view length = reply.header("content-length");
    return !reply.header("transfer-encoding").empty() || (!length.empty() && length != "0") || reply.is_html();
}

/// A gateway says yes to everything and then shows its own page, which may come a little later. Some proxies send such headers and open the
/// tunnel all the same (RFC 9110 §9.3.6 has clients ignore them), so that bytes are what counts.
void await_page(Tunnelled& tunnel, Deadline deadline) {
    constexpr core::Duration kPageIsHere = std::chrono::milliseconds(500);
    if (!tunnel.channel || !announces_page(tunnel.reply)) {
        return;
    }
    std::array<char, 4096> buffer{};
    const Received got = tunnel.channel->read(buffer, std::min(deadline, now() + kPageIsHere));
    if (got.end == ReadEnd::Data) {
        tunnel.reply.body.assign(buffer.data(), got.size);
        tunnel.channel.reset();
    }
}

TunnelAsked ask_proxy(const Facts& facts) {
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, facts.within(kKnockBudget));
    if (dialled.system_error != 0) {
        return {.system_error = dialled.system_error, .tunnel = {}, .took = {}};
    }
    const auto began = now();
    Tunnelled tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, wire::host_and_port(facts.url.host, facts.url.port),
                                      facts.within(kTunnelAnswerBudget));
    const core::Duration took = now() - began;
    await_page(tunnel, facts.within(kTunnelAnswerBudget));
    return {.system_error = 0, .tunnel = std::move(tunnel), .took = took};
}

/// The relay as it is found from here, without the proxy.
PastProxy look_past_proxy(const Facts& facts) {
    using Name = PastProxy::Name;
    using Port = PastProxy::Port;
    PastProxy past;
    std::vector<std::string> addresses = {facts.url.host};
    if (!wire::is_address(facts.url.host)) {
        SystemLookup lookup = look_up(facts.url.host, facts.left_of(kPastProxyWait));
        const bool is_denied = lookup.addresses.empty() && !lookup.timed_out && (lookup.error == EAI_NONAME || lookup.error == EAI_NODATA);
        past.name = !lookup.addresses.empty() ? Name::Known : is_denied ? Name::Unknown : Name::Untold;
        addresses = std::move(lookup.addresses);
    }
    if (!addresses.empty()) {
        const Knocked knocked = knock_at(addresses, facts.url.port, {.each = kPastProxyWait + facts.patience, .ends = facts.ends});
        past.port = knocked.stands() ? Port::Open : knocked.dialled.system_error == ECONNREFUSED ? Port::Refused : Port::Untold;
        past.where = wire::is_loopback(knocked.address) ? PastProxy::Where::OnThisMachine : PastProxy::Where::Elsewhere;
    }
    return past;
}

/// Whoever speaks as a proxy is reached; a company may well send the rest of the web to a page of its own.
bool may_be_somebody_else(const HttpReply& reply) { return !reply.has_head() || (reply.status >= 200 && reply.status < 400); }

result::Finding why_refused_tunnel(const Facts& facts, const HttpReply& reply) {
    result::Finding finding = why_no_tunnel(*facts.proxy, reply);
    if (finding.code == "proxy.upstream-fail" && reply.has_head()) {
        return blamed(std::move(finding), upstream_fault(reply), look_past_proxy(facts), facts.url.host);
    }
    // TLS servers say 400 to plain HTTP; any other answer of HTTP is one.
    constexpr int kBadRequest = 400;
    if (!reply.has_head() ? reply.end != HttpReply::End::TimedOut : reply.status == kBadRequest) {
        return speaks_otherwise(*facts.proxy, tongue_of_proxy(facts)).value_or(std::move(finding));
    }
    return finding;
}

Outcome without_tunnel(const Facts& facts, const HttpReply& reply) {
    Outcome outcome = Outcome::fail(reply.text(), why_refused_tunnel(facts, reply));
    for (const char* name : {"proxy-authenticate", "via", "x-squid-error", "server"}) {
        if (auto value = every(reply, name); !value.empty()) {
            outcome.with(name, std::move(value));
        }
    }
    return may_be_somebody_else(reply) ? after_portal(facts, outcome, facts.proxy_address) : outcome;
}

Outcome check_connect(const Subject& /*subject*/, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    TunnelAsked asked = ask_proxy(facts);
    if (asked.system_error == 0 && asked.tunnel.channel && asked.took > kSlowTunnel) {
        // Slow once may have been one lost packet, before the proxy or behind it.
        TunnelAsked again = ask_proxy(facts);
        if (again.system_error == 0 && again.tunnel.channel && again.took < asked.took) {
            asked = std::move(again);
        }
    }
    if (asked.system_error != 0) {
        return Outcome::fail(std::generic_category().message(asked.system_error),
                             why_unreachable(*facts.proxy, facts.proxy_address, asked.system_error));
    }
    if (!asked.tunnel.channel) {
        return without_tunnel(facts, asked.tunnel.reply);
    }
    const std::string text = fmt::format("tunnel in {}", core::human_duration(asked.took));
    return asked.took > kSlowTunnel ? Outcome::warn(text, found("proxy.slow", Confidence::Proven,
                                                                fmt::format("The proxy {} takes {} to open a connection to the relay.",
                                                                            facts.proxy->text(), core::human_duration(asked.took))))
                                    : Outcome::pass(text);
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
         .run = &compare_ways},
    };
}

}  // namespace relaybench::doctor
