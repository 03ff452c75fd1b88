#include "cli/doctor_subject.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "cli/config.h"
#include "cli/doctor_keys.h"
#include "cli/proxy_choice.h"
#include "core/file.h"
#include "core/text.h"
#include "core/units.h"
#include "doctor/idn.h"
#include "doctor/this_host.h"
#include "scenario/relay_rules.h"
#include "scenario/relay_spec.h"

namespace relaybench::cli {

namespace {

constexpr std::string_view kUrlVariable = "RELAYBENCH_URL";
/// What embedded relays that want a key get: the form of the guides' sandbox keys.
constexpr std::string_view kSandboxKey = "hs_test_EmbeddedRelayNeedsNoAccountAtAll00";

/// The relay that is meant: of the flags, the configuration or the environment.
core::Expected<scenario::Relay> relay_meant(const DoctorFlags& flags, const Context& context) {
    const std::string text = flags.url.value_or(flags.target);
    const auto configured = configured_relays(context);
    if (!configured) {
        return tl::unexpected(configured.error());
    }
    const auto named = std::find_if(configured->begin(), configured->end(), [&](const auto& relay) { return relay.name == text; });
    if (!flags.url && named != configured->end()) {
        return *named;
    }
    if (!flags.url && text.starts_with("embedded")) {
        return scenario::parse_relay_spec(text);
    }
    scenario::Relay relay;
    relay.url = text;
    if (!text.empty()) {
        return relay;
    }
    if (configured->size() == 1) {
        return configured->front();
    }
    if (const auto url = context.environment(std::string(kUrlVariable)); url && !url->empty()) {
        relay.url = *url;
        return relay;
    }
    return core::bad_input(
        fmt::format("which relay? Give a URL, embedded, or the name of a relay of the configuration; or set {}", kUrlVariable));
}

core::Expected<void> start_embedded(const std::string& profile, DoctorSubject& made, const Context& context) {
    relay::EmbeddedOptions options;
    options.profile = profile;
    auto process = relay::EmbeddedProcess::start(options, context.clock);
    if (!process) {
        return tl::unexpected(process.error());
    }
    made.subject.url = process->base_url(wire::Dialect::ChatSse);
    made.embedded = std::move(*process);
    return {};
}

/// Byte for byte: what is odd about a key is for the checks to find.
core::Expected<void> add_keys(const KeyWish& wish, DoctorSubject& made, const Context& context) {
    auto& keys = made.subject.keys;
    if (made.embedded && wish.relay.key_env.empty() && wish.relay.key_file.empty()) {
        keys.push_back({"embedded relay's sandbox", core::Secret(std::string(kSandboxKey))});
        return {};
    }
    auto found = key_sources(wish, context);
    if (!found) {
        return tl::unexpected(found.error());
    }
    keys = *std::move(found);
    return {};
}

void take(const std::optional<std::string>& flag, std::string& to) { to = flag.value_or(to); }

scenario::Relay with_flags(scenario::Relay relay, const DoctorFlags& flags) {
    if (flags.key_env || flags.key_file) {
        relay.key_env = flags.key_env.value_or("");
        relay.key_file = flags.key_file.value_or("");
    }
    take(flags.ca_file, relay.ca_file);
    take(flags.origin, relay.origin);
    take(flags.proxy, relay.proxy);
    take(flags.proxy_auth_env, relay.proxy_auth_env);
    return relay;
}

/// What is wrong with the environment's proxies is a finding (proxy.env); what is wrong with a flag or the configuration is an error.
core::Expected<void> choose(const scenario::Relay& relay, doctor::Subject& subject, const Context& context) {
    subject.proxy_from = relay.proxy.empty() ? doctor::Subject::ProxyFrom::Environment : doctor::Subject::ProxyFrom::Named;
    const auto url = wire::parse_url(subject.url);
    if (!url) {
        return {};
    }
    const auto choice = choose_proxy(relay, *url, context);
    if (!choice && (!relay.proxy.empty() || !relay.proxy_auth_env.empty())) {
        return tl::unexpected(choice.error());
    }
    if (choice && *choice) {
        subject.proxy = (*choice)->proxy;
    }
    return {};
}

core::Expected<void> take_idle(const DoctorFlags& flags, doctor::Subject& subject) {
    // Below this the shortest distances are lost in scheduling; beyond it the relay's pages keep no stream open.
    constexpr core::Duration kShortestIdle = std::chrono::seconds(5);
    constexpr core::Duration kLongestIdle = std::chrono::minutes(30);
    subject.idle = flags.idle > 0 || flags.idle_for;
    if (!flags.idle_for) {
        return {};
    }
    const auto length = core::parse_duration(*flags.idle_for);
    if (!length || *length < kShortestIdle || *length > kLongestIdle) {
        return core::bad_input(fmt::format("--idle-for is \"{}\", expected a duration from {} to {}, such as 130s",
                                           core::printable(*flags.idle_for, 40), core::duration_text(kShortestIdle),
                                           core::duration_text(kLongestIdle)));
    }
    subject.idle_for = *length;
    return {};
}

}  // namespace

core::Expected<DoctorSubject> doctor_subject(const DoctorFlags& flags, const Context& context) {
    auto meant = relay_meant(flags, context);
    if (!meant) {
        return tl::unexpected(meant.error());
    }
    const scenario::Relay relay = with_flags(*meant, flags);
    if (const auto error = scenario::secret_source_error(relay)) {
        return tl::unexpected(*error);
    }
    DoctorSubject made;
    doctor::Subject& subject = made.subject;
    subject.written_url = relay.url;
    subject.url = doctor::with_ascii_host(relay.url);
    if (relay.embedded) {
        if (auto started = start_embedded(*relay.embedded, made, context); !started) {
            return tl::unexpected(started.error());
        }
    }
    const auto url = wire::parse_url(subject.url);
    const std::string host = url ? url->host : "";
    if (auto added = add_keys({relay, *std::move(meant), host}, made, context); !added) {
        return tl::unexpected(added.error());
    }
    if (auto chosen = choose(relay, subject, context); !chosen) {
        return tl::unexpected(chosen.error());
    }
    subject.model = flags.model.value_or("");
    subject.origin = relay.origin;
    subject.ca_file = relay.ca_file;
    subject.quick = flags.quick > 0;
    if (auto taken = take_idle(flags, subject); !taken) {
        return tl::unexpected(taken.error());
    }
    subject.environment = context.environment;
    doctor::look_at_this_host(subject, context.clock);
    subject.profile = doctor::guide_profile(host);
    return made;
}

}  // namespace relaybench::cli
