#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "scenario/scenario.h"

namespace CLI {
class App;
}

namespace relaybench::cli {

/// The flags of `run` and `compare` that change a scenario. Nothing here has a default: what is absent leaves the scenario as it is.
struct ScenarioFlags {
    std::vector<std::string> targets;  ///< positional
    std::vector<std::string> relays;   ///< --relay
    std::optional<std::string> url;

    // Every relay of the scenario.
    std::optional<std::string> dialect;
    std::optional<std::string> model;
    std::optional<std::string> key_env;
    std::optional<std::string> key_file;
    std::vector<std::string> headers;
    std::optional<std::string> origin;
    std::optional<std::string> subprotocol;
    std::optional<std::string> compression;
    std::optional<std::string> ca_file;
    std::vector<std::string> connect_to;
    std::optional<std::string> proxy;
    std::optional<std::string> proxy_auth_env;
    std::optional<double> price;
    std::uint32_t insecure = 0;  ///< how often --insecure was given
    std::uint32_t no_usage = 0;

    std::vector<std::string> prompts;
    std::optional<std::string> dataset;
    std::optional<std::string> audio;
    std::optional<std::string> max_tokens;
    std::optional<double> temperature;

    std::optional<std::string> streams;
    std::optional<std::string> count;
    std::optional<std::string> duration;
    std::optional<std::string> rate;
    std::optional<std::string> arrivals;
    std::vector<std::string> ramp;
    std::optional<std::string> warmup;
    std::optional<std::string> drain;
    std::optional<std::string> failure_pause;
    std::optional<std::string> connect_timeout;
    std::optional<std::string> first_token_timeout;
    std::optional<std::string> idle_timeout;
    std::optional<std::string> stall;
    std::optional<std::string> connections;
    std::optional<std::string> order;
    std::optional<std::string> heartbeat;
    std::optional<std::string> heartbeat_interval;
    std::optional<std::string> heartbeat_dead_after;
    std::optional<std::uint64_t> seed;
    std::optional<std::string> workers;
    std::optional<std::string> connect_rate;
    std::vector<std::string> gates;
    std::optional<std::string> max_tokens_total;
    std::optional<std::string> max_streams;
};

void add_scenario_flags(CLI::App& app, ScenarioFlags& flags);

/// Where the relays come from that flags find in a scenario.
enum class RelaysOf : std::uint8_t {
    CommandLine,  ///< --url and --relay name more of them
    Scenario,     ///< --relay names others in their place; --url another place for the one that it has
};

/// Changes the scenario. All problems at once, each line beginning with the flag that it is about.
[[nodiscard]] core::Expected<void> apply_flags(const ScenarioFlags& flags, scenario::Scenario& scenario,
                                               RelaysOf relays_of = RelaysOf::CommandLine);

}  // namespace relaybench::cli
