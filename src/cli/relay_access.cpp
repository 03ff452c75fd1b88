#include "cli/relay_access.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/key_source.h"
#include "core/units.h"
#include "net/resolver.h"

namespace relaybench::cli {

namespace {

/// What embedded relays that want a key get when none is named: the form of the guides' sandbox keys.
constexpr std::string_view kSandboxKey = "hs_test_EmbeddedRelayNeedsNoAccountAtAll00";

constexpr core::Duration kSlowLookup = std::chrono::milliseconds(500);

/// libwebsockets and others would go through it without a word: a measurement says where it goes.
void note_proxy(const Context& context, RelayAccesses& accesses) {
    for (const auto* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"}) {
        if (const auto value = context.environment(name); value && !value->empty()) {
            accesses.notes.push_back(fmt::format("{} is set and is not used: connections are direct", name));
            return;
        }
    }
}

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

core::Expected<void> find_address(const scenario::Relay& relay, run::RelayAccess& access, const Context& context, RelayAccesses& accesses) {
    const auto destination = run::destination_of(access.url, relay.connect_to);
    const auto resolved = net::resolve(destination.host, destination.port, context.clock);
    if (!resolved) {
        return tl::unexpected(
            core::Error{core::ErrorKind::BadInput, fmt::format("relay \"{}\": {}", relay.name, resolved.error().message)});
    }
    access.address = resolved->addresses.front();
    access.port = destination.port;
    if (resolved->took > kSlowLookup) {
        accesses.notes.push_back(fmt::format("looking up {} took {} (before the run, in none of its figures)", destination.host,
                                             core::human_duration(resolved->took)));
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
    const bool all_embedded =
        std::all_of(scenario.relays.begin(), scenario.relays.end(), [](const auto& relay) { return relay.embedded.has_value(); });
    if (!all_embedded) {
        note_proxy(context, accesses);
    }
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
