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
#include "doctor/control_hosts.h"
#include "doctor/idn.h"
#include "doctor/this_host.h"
#include "scenario/relay_rules.h"
#include "scenario/relay_spec.h"
#include "wire/key_format.h"

namespace relaybench::cli {

namespace {

constexpr std::string_view kUrlVariable = "RELAYBENCH_URL";
constexpr std::string_view kEmbeddedHost = "127.0.0.1";
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
    relay.control = flags.control.empty() ? relay.control : flags.control;
    relay.key_formats = flags.key_formats.empty() ? relay.key_formats : flags.key_formats;
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

core::Expected<void> take_controls(const scenario::Relay& relay, doctor::Subject& subject) {
    constexpr std::size_t kMost = 4;  // to compare with, not to measure
    if (relay.control.size() > kMost) {
        return core::bad_input(fmt::format("--control: {} hosts are too many, expected at most {}", relay.control.size(), kMost));
    }
    for (const std::string& text : relay.control) {
        auto control = doctor::parse_control(text);
        if (!control) {
            return core::bad_input(fmt::format("--control: {}", control.error().message));
        }
        subject.controls.push_back(*std::move(control));
    }
    return {};
}

/// Those of the relay come first: of two that fit, the user's is the one to be named.
core::Expected<void> take_key_formats(const scenario::Relay& relay, doctor::RelayProfile& profile) {
    for (const std::string& regex : relay.key_formats) {
        if (!wire::is_key_regex(regex)) {
            return core::bad_input(fmt::format(
                "--key-format: \"{}\" is no regular expression, expected one such as ^sk-[A-Za-z0-9]{{20,}}$", core::printable(regex, 80)));
        }
        profile.key_patterns.insert(profile.key_patterns.begin(),
                                    wire::KeyPattern{.name = "configured", .regex = regex, .source = "flag or configuration"});
    }
    return {};
}

/// A URL that was given by itself says by its scheme and path how the relay is spoken to.
wire::Dialect dialect_of(const scenario::Relay& relay) {
    const auto url = wire::parse_url(relay.url);
    const bool is_websocket = url && (url->scheme == "ws" || url->scheme == "wss");
    if (!is_websocket || wire::info(relay.dialect).carrier == wire::Carrier::WebSocket) {
        return relay.dialect;
    }
    const std::string path = url->target.substr(0, url->target.find('?'));
    const auto at = std::ranges::find_if(wire::dialects(), [&path](const wire::DialectInfo& info) {
        return info.carrier == wire::Carrier::WebSocket && info.default_path == path;
    });
    return at == wire::dialects().end() ? wire::Dialect::ChatWs : at->dialect;
}

core::Expected<void> take_wishes(const DoctorFlags& flags, const scenario::Relay& relay, doctor::Subject& subject) {
    subject.model = flags.model.value_or("");
    subject.origin = relay.origin;
    subject.ca_file = relay.ca_file;
    subject.quick = flags.quick > 0;
    subject.real = flags.real > 0;
    subject.slow = flags.slow > 0;
    subject.allow_intercepted = flags.allow_intercepted > 0;
    subject.dialect = dialect_of(relay);
    subject.real_model = flags.model.value_or(relay.model);
    if (auto taken = take_controls(relay, subject); !taken) {
        return taken;
    }
    return take_idle(flags, subject);
}

}  // namespace

core::Expected<DoctorSubject> wanted_subject(const DoctorFlags& flags, const Context& context) {
    auto meant = relay_meant(flags, context);
    if (!meant) {
        return tl::unexpected(meant.error());
    }
    DoctorSubject made;
    made.relay = with_flags(*meant, flags);
    made.configured = *std::move(meant);
    if (const auto error = scenario::secret_source_error(made.relay)) {
        return tl::unexpected(*error);
    }
    if (auto taken = take_wishes(flags, made.relay, made.subject); !taken) {
        return tl::unexpected(taken.error());
    }
    made.subject.written_url = made.relay.url;
    made.subject.url = doctor::with_ascii_host(made.relay.url);
    const auto url = wire::parse_url(made.subject.url);
    made.subject.profile = doctor::guide_profile(url ? url->host : std::string(made.relay.embedded ? kEmbeddedHost : ""));
    if (auto taken = take_key_formats(made.relay, made.subject.profile); !taken) {
        return tl::unexpected(taken.error());
    }
    return made;
}

core::Expected<void> complete_subject(DoctorSubject& made, const Context& context) {
    if (made.relay.embedded) {
        if (auto started = start_embedded(*made.relay.embedded, made, context); !started) {
            return started;
        }
    }
    const auto url = wire::parse_url(made.subject.url);
    if (auto added = add_keys({made.relay, made.configured, url ? url->host : ""}, made, context); !added) {
        return added;
    }
    if (auto chosen = choose(made.relay, made.subject, context); !chosen) {
        return chosen;
    }
    made.subject.environment = context.environment;
    doctor::look_at_this_host(made.subject, context.clock);
    return {};
}

}  // namespace relaybench::cli
