#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "cli/replace_relays.h"
#include "cli/run_flags.h"
#include "core/text.h"
#include "core/units.h"
#include "scenario/connect_to.h"
#include "scenario/relay_spec.h"

namespace relaybench::cli {

namespace {

/// Collects what is wrong with flags, a line each.
class Problems {
  public:
    void add(std::string_view flag, std::string_view message) {
        text_ += fmt::format("{}{}: {}", text_.empty() ? "" : "\n", flag, message);
    }
    [[nodiscard]] core::Expected<void> result() const {
        if (!text_.empty()) {
            return core::bad_input(text_);
        }
        return {};
    }

  private:
    std::string text_;
};

/// Parses a flag's text, when it was given, and hands the value to `set`.
template <class Parse, class Set>
void take(Problems& problems, std::string_view flag, const std::optional<std::string>& text, Parse parse, Set set) {
    if (!text) {
        return;
    }
    auto value = parse(*text);
    if (!value) {
        problems.add(flag, value.error().message);
        return;
    }
    set(*value);
}

void take_duration(Problems& problems, std::string_view flag, const std::optional<std::string>& text, core::Duration& to) {
    take(problems, flag, text, core::parse_duration, [&to](core::Duration value) { to = value; });
}

core::Expected<std::uint32_t> parse_count32(std::string_view text) {
    const auto count = core::parse_count(text);
    if (!count) {
        return tl::unexpected(count.error());
    }
    if (*count > std::numeric_limits<std::uint32_t>::max()) {
        return core::bad_input(fmt::format("\"{}\" is too large", text));
    }
    return static_cast<std::uint32_t>(*count);
}

void take_count(Problems& problems, std::string_view flag, const std::optional<std::string>& text, std::uint32_t& to) {
    take(problems, flag, text, parse_count32, [&to](std::uint32_t value) { to = value; });
}

/// One word of a fixed list.
template <class Value, std::size_t N>
void take_word(Problems& problems, std::string_view flag, const std::optional<std::string>& text,
               const std::array<std::pair<std::string_view, Value>, N>& words, Value& to) {
    if (!text) {
        return;
    }
    std::array<std::string_view, N> known;
    for (std::size_t i = 0; i < N; ++i) {
        known[i] = words[i].first;
        if (words[i].first == *text) {
            to = words[i].second;
            return;
        }
    }
    problems.add(flag, fmt::format("unknown \"{}\"{}; want {}", *text, core::did_you_mean(*text, known), core::listed(known)));
}

std::optional<wire::Header> parse_header(const std::string& text) {
    const auto colon = text.find(':');
    if (colon == std::string::npos || colon == 0) {
        return std::nullopt;
    }
    return wire::Header{text.substr(0, colon), std::string(core::trimmed(std::string_view(text).substr(colon + 1)))};
}

void apply_to_relay(const ScenarioFlags& flags, scenario::Relay& relay, Problems& problems) {
    const auto set = [](const std::optional<std::string>& value, std::string& to) { to = value.value_or(to); };
    set(flags.model, relay.model);
    set(flags.origin, relay.origin);
    set(flags.subprotocol, relay.subprotocol);
    set(flags.ca_file, relay.ca_file);
    set(flags.proxy, relay.proxy);
    set(flags.proxy_auth_env, relay.proxy_auth_env);
    if (flags.key_env || flags.key_file) {
        relay.key_env = flags.key_env.value_or("");
        relay.key_file = flags.key_file.value_or("");
    }
    take_word<wire::Compression, 2>(problems, "--compression", flags.compression,
                                    {{{"none", wire::Compression::None}, {"zstd", wire::Compression::Zstd}}}, relay.compression);
    relay.price = flags.price ? flags.price : relay.price;
    relay.verify_tls = relay.verify_tls && flags.insecure == 0;
    relay.include_usage = relay.include_usage && flags.no_usage == 0;
    if (flags.dialect) {
        if (const auto dialect = wire::dialect_by_id(*flags.dialect)) {
            relay.dialect = *dialect;
        } else {
            problems.add("--dialect",
                         fmt::format("unknown \"{}\"{}; want {}", *flags.dialect, core::did_you_mean(*flags.dialect, wire::dialect_ids()),
                                     core::listed(wire::dialect_ids())));
        }
    }
    for (const auto& text : flags.headers) {
        if (auto header = parse_header(text)) {
            relay.headers.push_back(std::move(*header));
        } else {
            problems.add("--header", "want 'Name: value'");
        }
    }
    for (const auto& text : flags.connect_to) {
        take(problems, "--connect-to", text, scenario::parse_connect_to,
             [&](const scenario::ConnectTo& rule) { relay.connect_to.push_back(rule); });
    }
}

void apply_relays(const ScenarioFlags& flags, scenario::Scenario& scenario, RelaysOf relays_of, Problems& problems) {
    bool url_adds_one = flags.url.has_value();
    if (relays_of == RelaysOf::Scenario) {
        url_adds_one = url_adds_one && !flags.relays.empty();
        if (const auto replaced = replace_relays(flags, scenario.relays); !replaced) {
            problems.add("--url", replaced.error().message);
        }
    }
    for (const auto& text : flags.relays) {
        take(problems, "--relay", text, scenario::parse_relay_spec,
             [&](const scenario::Relay& relay) { scenario.relays.push_back(relay); });
    }
    if (url_adds_one) {
        scenario::Relay relay;
        relay.url = *flags.url;
        scenario.relays.push_back(relay);
    }
    Problems seen;  // every relay makes the same ones
    for (auto& relay : scenario.relays) {
        apply_to_relay(flags, relay, &relay == &scenario.relays.front() ? problems : seen);
    }
    scenario::name_relays(scenario.relays);
}

void apply_prompts(const ScenarioFlags& flags, scenario::Prompts& prompts, Problems& problems) {
    if (!flags.prompts.empty()) {
        prompts.texts = flags.prompts;
        prompts.dataset_file.clear();
    }
    if (flags.dataset) {
        prompts.dataset_file = *flags.dataset;
        prompts.texts.clear();
    }
    prompts.audio_file = flags.audio.value_or(prompts.audio_file);
    take_count(problems, "--max-tokens", flags.max_tokens, prompts.max_tokens);
    if (flags.temperature) {
        prompts.temperature = flags.temperature;
    }
}

void apply_pattern(const ScenarioFlags& flags, scenario::Load& load, Problems& problems) {
    const int patterns = (flags.streams ? 1 : 0) + (flags.rate ? 1 : 0) + (flags.ramp.empty() ? 0 : 1);
    if (patterns > 1) {
        problems.add("load", "-c (closed loop), --rate (open loop) and --ramp exclude each other; give one of them");
        return;
    }
    auto arrivals = scenario::Arrivals::Constant;
    take_word<scenario::Arrivals, 2>(problems, "--arrivals", flags.arrivals,
                                     {{{"constant", scenario::Arrivals::Constant}, {"poisson", scenario::Arrivals::Poisson}}}, arrivals);
    take(problems, "-c", flags.streams, parse_count32, [&](std::uint32_t streams) { load.pattern = scenario::ClosedLoop{streams}; });
    take(problems, "--rate", flags.rate, core::parse_rate, [&](double rate) { load.pattern = scenario::OpenLoop{rate, arrivals}; });
    scenario::Ramp ramp{{}, arrivals};
    for (const auto& text : flags.ramp) {
        const auto colon = text.find(':');
        const auto duration = core::parse_duration(text.substr(0, colon));
        const auto rate = core::parse_rate(colon == std::string::npos ? "" : std::string_view(text).substr(colon + 1));
        if (!duration || !rate) {
            problems.add("--ramp", fmt::format("\"{}\": want DURATION:RATE such as 30s:50/s", text));
            continue;
        }
        ramp.stages.push_back({*duration, *rate});
    }
    if (!ramp.stages.empty()) {
        load.pattern = ramp;
    }
    if (flags.arrivals && std::holds_alternative<scenario::ClosedLoop>(load.pattern)) {
        problems.add("--arrivals", "only open loops have arrivals; give --rate or --ramp too");
    } else if (auto* open = std::get_if<scenario::OpenLoop>(&load.pattern); open != nullptr && flags.arrivals) {
        open->arrivals = arrivals;
    }
}

void apply_load(const ScenarioFlags& flags, scenario::Scenario& scenario, Problems& problems) {
    auto& load = scenario.load;
    apply_pattern(flags, load, problems);
    // A count or a duration of one's own replaces both of the scenario: "-n 100" must not end after the file's ten seconds.
    if (flags.count || flags.duration) {
        load.count.reset();
        load.duration.reset();
    }
    take(problems, "-n", flags.count, core::parse_count, [&](std::uint64_t count) { load.count = count; });
    take(problems, "-d", flags.duration, core::parse_duration, [&](core::Duration duration) { load.duration = duration; });
    take_duration(problems, "--warmup", flags.warmup, load.warmup);
    take_duration(problems, "--drain", flags.drain, load.drain);
    take_duration(problems, "--failure-pause", flags.failure_pause, load.failure_pause);
    take_word<scenario::Order, 3>(problems, "--order", flags.order,
                                  {{{"interleaved", scenario::Order::Interleaved},
                                    {"sequential", scenario::Order::Sequential},
                                    {"simultaneous", scenario::Order::Simultaneous}}},
                                  load.order);
    take_word<wire::ConnectionUse, 2>(problems, "--connections", flags.connections,
                                      {{{"reuse", wire::ConnectionUse::Reuse}, {"fresh", wire::ConnectionUse::Fresh}}},
                                      scenario.connections);
    take_count(problems, "--connect-rate", flags.connect_rate, scenario.connect_rate_per_s);
    take(problems, "--workers", flags.workers, parse_count32, [&](std::uint32_t workers) { scenario.workers = workers; });
    scenario.seed = flags.seed.value_or(scenario.seed);
}

void apply_heartbeat(const ScenarioFlags& flags, scenario::Heartbeat& heartbeat, Problems& problems) {
    enum class Word { Off, Protocol, Json };
    auto word = Word::Off;
    take_word<Word, 3>(problems, "--heartbeat", flags.heartbeat, {{{"off", Word::Off}, {"protocol", Word::Protocol}, {"json", Word::Json}}},
                       word);
    if (flags.heartbeat) {
        heartbeat.enabled = word != Word::Off;
        heartbeat.level = word == Word::Json ? scenario::Heartbeat::Level::Json : scenario::Heartbeat::Level::Protocol;
    }
    take_duration(problems, "--heartbeat-interval", flags.heartbeat_interval, heartbeat.interval);
    take_duration(problems, "--heartbeat-dead-after", flags.heartbeat_dead_after, heartbeat.dead_after);
}

void apply_limits(const ScenarioFlags& flags, scenario::Scenario& scenario, Problems& problems) {
    take_duration(problems, "--connect-timeout", flags.connect_timeout, scenario.timeouts.connect);
    take_duration(problems, "--first-token-timeout", flags.first_token_timeout, scenario.timeouts.first_token);
    take_duration(problems, "--idle-timeout", flags.idle_timeout, scenario.timeouts.idle);
    take_duration(problems, "--stall", flags.stall, scenario.stall_threshold);
    take(problems, "--max-tokens-total", flags.max_tokens_total, core::parse_count,
         [&](std::uint64_t n) { scenario.budget.max_tokens_total = n; });
    take(problems, "--max-streams", flags.max_streams, core::parse_count, [&](std::uint64_t n) { scenario.budget.max_streams = n; });
    scenario.gates.insert(scenario.gates.end(), flags.gates.begin(), flags.gates.end());
}

}  // namespace

core::Expected<void> apply_flags(const ScenarioFlags& flags, scenario::Scenario& scenario, RelaysOf relays_of) {
    Problems problems;
    apply_relays(flags, scenario, relays_of, problems);
    apply_prompts(flags, scenario.prompts, problems);
    apply_load(flags, scenario, problems);
    apply_heartbeat(flags, scenario.heartbeat, problems);
    apply_limits(flags, scenario, problems);
    return problems.result();
}

}  // namespace relaybench::cli
