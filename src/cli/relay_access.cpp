#include "cli/relay_access.h"

#include <utility>

#include <fmt/format.h>

#include "cli/key_source.h"
#include "cli/proxy_choice.h"
#include "core/units.h"
#include "net/resolver.h"

namespace relaybench::cli {

namespace {

/// What embedded relays that want a key get when none is named: the form of the guides' sandbox keys.
constexpr std::string_view kSandboxKey = "hs_test_EmbeddedRelayNeedsNoAccountAtAll00";

constexpr core::Duration kSlowLookup = std::chrono::milliseconds(500);

core::Expected<run::RelayAccess> open_embedded(const scenario::Relay& relay, std::uint64_t seed, const Context& context,
                                               RelayAccesses& accesses) {
    relay::EmbeddedOptions options;
    options.profile = *relay.embedded;
    options.seed = seed;
    auto process = relay::EmbeddedProcess::start(options, context.clock);
    if (!process) {
        return tl::unexpected(core::Error{process.error().kind, fmt::format("relay \"{}\": {}", relay.name, process.error().message)});
    }
    auto url = wire::parse_url(process->base_url(relay.dialect));
    if (!url) {
        return tl::unexpected(url.error());
    }
    run::RelayAccess access;
    access.url = wire::endpoint(*url, relay.dialect);
    access.shown = "embedded:" + *relay.embedded;
    accesses.embedded.push_back(std::move(*process));
    return access;
}

core::Expected<run::RelayAccess> open_url(const scenario::Relay& relay) {
    auto url = wire::parse_url(relay.url);
    if (!url) {
        return tl::unexpected(core::Error{core::ErrorKind::BadInput, fmt::format("relay \"{}\": {}", relay.name, url.error().message)});
    }
    run::RelayAccess access;
    access.url = wire::endpoint(*url, relay.dialect);
    access.shown = access.url.text();
    return access;
}

/// Where TCP connects go: the relay, or the proxy that is asked for it.
core::Expected<run::Destination> first_hop(const scenario::Relay& relay, run::RelayAccess& access, const Context& context,
                                           RelayAccesses& accesses) {
    const auto destination = run::destination_of(access.url, relay.connect_to);
    if (relay.embedded) {
        return destination;
    }
    const auto choice = choose_proxy(relay, access.url, context);
    if (!choice) {
        return tl::unexpected(choice.error());
    }
    if (!*choice) {
        return destination;
    }
    const wire::Proxy& proxy = (*choice)->proxy;
    access.tunnel = stream::Tunnel{.destination = wire::host_and_port(destination.host, destination.port),
                                   .authorization = proxy.credentials.empty() ? "" : wire::basic_authorization(proxy.credentials)};
    access.proxy_credentials = proxy.credentials;
    access.shown += " through " + proxy.text();
    accesses.notes.push_back(fmt::format("relay \"{}\" is reached through the proxy {} ({})", relay.name, proxy.text(), (*choice)->from));
    return run::Destination{proxy.host, proxy.port};
}

core::Expected<void> find_address(const scenario::Relay& relay, run::RelayAccess& access, const Context& context, RelayAccesses& accesses) {
    const auto hop = first_hop(relay, access, context, accesses);
    if (!hop) {
        return tl::unexpected(hop.error());
    }
    const auto resolved = net::resolve(hop->host, hop->port, context.clock);
    if (!resolved) {
        return tl::unexpected(
            core::Error{core::ErrorKind::BadInput, fmt::format("relay \"{}\": {}", relay.name, resolved.error().message)});
    }
    access.address = resolved->addresses.front();
    access.port = hop->port;
    if (resolved->took > kSlowLookup) {
        accesses.notes.push_back(
            fmt::format("looking up {} took {} (before the run, in none of its figures)", hop->host, core::human_duration(resolved->took)));
    }
    return {};
}

core::Expected<run::RelayAccess> open_relay(const scenario::Scenario& scenario, const scenario::Relay& relay, const Context& context,
                                            std::uint32_t shard, RelayAccesses& accesses) {
    auto key = read_key(relay, context);
    if (!key) {
        return tl::unexpected(key.error());
    }
    accesses.notes.insert(accesses.notes.end(), key->oddities.begin(), key->oddities.end());
    // Arms and shards must not play the same dice: each embedded relay gets a seed of its own.
    const auto seed = scenario.seed + shard * scenario.relays.size() + accesses.relays.size();
    auto access = relay.embedded ? open_embedded(relay, seed, context, accesses) : open_url(relay);
    if (!access) {
        return access;
    }
    const bool play_money = relay.embedded && key->key.empty();
    access->key = play_money ? core::Secret(std::string(kSandboxKey)) : std::move(key->key);
    if (!relay.verify_tls && access->url.secure()) {
        accesses.notes.push_back(fmt::format("WARNING: relay \"{}\": --insecure: its certificate is not verified", relay.name));
    }
    if (const auto found = find_address(relay, *access, context, accesses); !found) {
        return tl::unexpected(found.error());
    }
    return access;
}

}  // namespace

core::Expected<RelayAccesses> open_relays(const scenario::Scenario& scenario, const Context& context, std::uint32_t shard) {
    RelayAccesses accesses;
    for (const auto& relay : scenario.relays) {
        auto access = open_relay(scenario, relay, context, shard, accesses);
        if (!access) {
            return tl::unexpected(access.error());
        }
        accesses.relays.push_back(std::move(*access));
    }
    return accesses;
}

}  // namespace relaybench::cli
