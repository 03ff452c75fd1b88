#include "doctor/proxy_ways.h"

#include <future>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/dns_query.h"
#include "doctor/finding_codes.h"
#include "doctor/knock.h"
#include "doctor/reach.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

constexpr core::Duration kPastProxyBudget = std::chrono::seconds(2);
constexpr core::Duration kThroughProxyBudget = std::chrono::seconds(5);
constexpr core::Duration kMuchLonger = std::chrono::seconds(1);
/// A way that failed after more has taken the time that there is.
constexpr core::Duration kFailedSoon = std::chrono::milliseconds(2500);

bool is_much_slower(const WayTried& way, const WayTried& other) { return way.took > kMuchLonger && way.took > 3 * other.took; }

WayTried try_way(const Subject& subject, const Facts& facts, core::Duration budget, Trust trust = Trust::Anyone) {
    const auto began = now();
    const Reached reached = reach_relay(subject, facts, trust, facts.within(budget));
    return {.works = reached.channel.has_value(), .took = now() - began, .failure = reached.failure};
}

/// Of this machine's own lookup, one that answers at this port if any does; empty: none.
std::string address_of(const Facts& facts, const std::string& host, std::uint16_t port) {
    if (wire::is_address(host)) {
        return host;
    }
    const auto addresses = look_up(host, facts.left_of(kPastProxyBudget)).addresses;
    return addresses.size() < 2 ? (addresses.empty() ? "" : addresses.front())
                                : knock_at(addresses, port, {.each = kPastProxyBudget + facts.patience, .ends = facts.ends}).address;
}

WayTried try_direct(const Subject& subject, const Facts& facts, Trust trust = Trust::Anyone) {
    Facts direct = facts.another_way();
    direct.address = address_of(facts, facts.url.host, facts.url.port);
    return direct.address.empty() ? WayTried{.works = false, .took = {}, .failure = "the relay's name does not resolve here"}
                                  : try_way(subject, direct, kPastProxyBudget, trust);
}

WayTried try_proxied(const Subject& subject, const Facts& facts) {
    Facts proxied = facts.another_way();
    proxied.proxy = facts.proxy;
    proxied.proxy_address = address_of(facts, facts.proxy->host, facts.proxy->port);
    return proxied.proxy_address.empty() ? WayTried{.works = false, .took = {}, .failure = "the proxy's name does not resolve"}
                                         : try_way(subject, proxied, kThroughProxyBudget);
}

}  // namespace

std::string WayTried::text() const {
    return works ? fmt::format("works in {}", core::human_duration(took)) : fmt::format("fails: {}", core::printable(failure, 80));
}

Outcome judge_ways(const std::string& proxy, const WayTried& direct, const WayTried& proxied) {
    if (direct.works && !proxied.works) {
        // What failed soon has failed twice; what took its time was tried once, and may be slow rather than no way.
        return Outcome::warn("the relay can be reached without the proxy only",
                             found("proxy.unneeded", proxied.took < kFailedSoon ? Confidence::Proven : Confidence::Likely,
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
    if (is_much_slower(proxied, direct)) {
        return Outcome::warn("the proxy is much slower than the direct way",
                             found("proxy.unneeded", Confidence::Likely,
                                   fmt::format("Directly the relay is reached in {}, through the proxy {} in {}.",
                                               core::human_duration(direct.took), proxy, core::human_duration(proxied.took))));
    }
    return Outcome::pass("both ways lead to the relay");
}

bool deserves_another_try(const WayTried& way, const WayTried& other) {
    if (!other.works) {
        return false;
    }
    return way.works ? is_much_slower(way, other) : way.took < kFailedSoon;
}

bool is_trusted_directly(const Subject& subject, const Facts& facts) { return try_direct(subject, facts, Trust::Verified).works; }

Outcome compare_ways(const Subject& subject, Facts& facts) {
    if (!facts.proxy) {
        return Outcome::not_applicable("no proxy is used");
    }
    auto directly = std::async(std::launch::async, [&] { return try_direct(subject, facts); });
    WayTried proxied = try_proxied(subject, facts);
    WayTried direct = directly.get();
    if (deserves_another_try(proxied, direct)) {
        proxied = try_proxied(subject, facts);
    } else if (deserves_another_try(direct, proxied)) {
        direct = try_direct(subject, facts);
    }
    return judge_ways(facts.proxy->text(), direct, proxied).with("directly", direct.text()).with("through the proxy", proxied.text());
}

}  // namespace relaybench::doctor
