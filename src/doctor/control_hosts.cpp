#include "doctor/control_hosts.h"

#include <netdb.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/dns_query.h"
#include "doctor/proxy_verdict.h"
#include "doctor/reach.h"
#include "doctor/tcp_tries.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

constexpr core::Duration kLookupBudget = std::chrono::seconds(3);
constexpr core::Duration kConnectBudget = std::chrono::milliseconds(3800);
constexpr core::Duration kTunnelBudget = std::chrono::seconds(5);
constexpr std::uint16_t kPlainPort = 80;
constexpr std::size_t kShownBytes = 80;

ControlTried ended(const ControlHost& control, std::string code, std::string text) {
    const auto named = wire::is_address(control.host) ? ControlTried::Named::ByAddress : ControlTried::Named::ByName;
    return {.name = control.text(), .code = std::move(code), .text = std::move(text), .named = named};
}

std::vector<std::string> addresses_of(const Facts& facts, const ControlHost& control, SystemLookup& lookup) {
    if (wire::is_address(control.host)) {
        return {control.host};
    }
    lookup = look_up(control.host, facts.left_of(kLookupBudget));
    return lookup.addresses;
}

/// What getaddrinfo says, in the words that a failure of the relay's name would get.
ControlTried no_address(const ControlHost& control, const SystemLookup& lookup) {
    const bool is_word = !lookup.timed_out && (lookup.error == EAI_NONAME || lookup.error == EAI_NODATA);
    return ended(
        control, is_word ? "dns.nxdomain" : "dns.timeout",
        lookup.timed_out ? "its name is not resolved in time" : fmt::format("its name is not resolved: {}", gai_strerror(lookup.error)));
}

ControlTried try_directly(const Facts& facts, const ControlHost& control) {
    SystemLookup lookup;
    const auto addresses = some_of(addresses_of(facts, control, lookup));
    if (addresses.empty()) {
        return no_address(control, lookup);
    }
    const auto tries = try_each(addresses, control.port, facts.within(kConnectBudget));
    if (const Tried* best = best_of(tries)) {
        return ended(control, "", best->text());
    }
    return ended(control, why_not_connected(tries, control.port, {}).front().code, most_telling(tries).text());
}

ControlTried try_through_proxy(const Facts& facts, const ControlHost& control) {
    const Deadline deadline = facts.within(kTunnelBudget);
    const auto began = now();
    Dialled dialled = dial(facts.proxy_address, facts.proxy->port, deadline);
    if (dialled.system_error != 0) {
        return ended(control, why_unreachable(*facts.proxy, facts.proxy_address, dialled.system_error).code,
                     std::generic_category().message(dialled.system_error));
    }
    const Tunnelled tunnel = ask_for_tunnel(std::move(dialled.socket), *facts.proxy, control.text(), deadline);
    if (!tunnel.channel) {
        return ended(control, why_no_tunnel(*facts.proxy, tunnel.reply).code, fmt::format("the proxy answers {}", tunnel.reply.text()));
    }
    return ended(control, "", fmt::format("through the proxy in {}", core::human_duration(now() - began)));
}

}  // namespace

core::Expected<ControlHost> parse_control(std::string_view text) {
    const bool is_bare_v6 = wire::is_address(std::string(text)) && text.find(':') != std::string_view::npos;
    const auto url = wire::parse_url(fmt::format("https://{}{}{}", is_bare_v6 ? "[" : "", text, is_bare_v6 ? "]" : ""));
    if (!url || !url->target.empty()) {
        return core::bad_input(
            fmt::format("\"{}\" is no host; expected HOST, HOST:PORT or an address", core::printable(text, kShownBytes)));
    }
    return ControlHost{.host = url->host, .port = url->port};
}

ControlTried try_control(const Facts& facts, const ControlHost& control) {
    // A proxy that is not reached is left out: whether anything else is reached tells more.
    const bool is_tunnelled = facts.proxy && !facts.proxy_address.empty();
    return is_tunnelled ? try_through_proxy(facts, control) : try_directly(facts, control);
}

std::optional<Facts> way_to_control(const Facts& facts, const ControlHost& control, Deadline deadline) {
    Facts way = facts.another_way();
    way.url = {.scheme = control.port == kPlainPort ? "http" : "https", .host = control.host, .port = control.port, .target = {}};
    way.proxy = facts.proxy;
    way.proxy_address = facts.proxy_address;
    if (!facts.proxy) {
        SystemLookup lookup;
        const auto tries = try_each(some_of(addresses_of(facts, control, lookup)), control.port, std::min(deadline, facts.ends));
        const Tried* best = best_of(tries);
        if (best == nullptr) {
            return std::nullopt;
        }
        way.address = best->address;
    }
    return way;
}

}  // namespace relaybench::doctor
