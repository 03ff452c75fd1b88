#include "cli/target.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "cli/config.h"
#include "core/text.h"
#include "judge/gate.h"
#include "scenario/ready.h"
#include "scenario/relay_spec.h"
#include "scenario/scenario_yaml.h"

namespace relaybench::cli {

namespace {

bool is_file(const std::string& text) {
    std::error_code error;
    return std::filesystem::is_regular_file(text, error);
}

bool is_ready(const std::string& text) {
    const auto ready = scenario::ready_scenarios();
    return std::any_of(ready.begin(), ready.end(), [&](const auto& one) { return one.name == text; });
}

bool is_scenario(const std::string& target) { return is_file(target) || is_ready(target); }

/// A word without scheme that names nothing: the nearest thing that it could have meant.
core::Error unknown_target(const std::string& text, const std::vector<scenario::Relay>& configured) {
    std::vector<std::string_view> known{"embedded"};
    for (const auto& ready : scenario::ready_scenarios()) {
        known.push_back(ready.name);
    }
    for (const auto& relay : configured) {
        known.push_back(relay.name);
    }
    return {
        core::ErrorKind::BadInput,
        fmt::format("\"{}\" is neither a file, nor embedded[:PROFILE], nor a ready scenario, nor a relay of the configuration, nor a URL{}",
                    text, core::did_you_mean(text, known))};
}

bool looks_like_relay(const std::string& text) {
    return text.find("://") != std::string::npos || text.find("embedded") != std::string::npos;
}

core::Expected<scenario::Relay> relay_of(const std::string& text, const std::vector<scenario::Relay>& configured) {
    const auto named = std::find_if(configured.begin(), configured.end(), [&](const auto& relay) { return relay.name == text; });
    if (named != configured.end()) {
        return *named;
    }
    if (!looks_like_relay(text)) {
        return tl::unexpected(unknown_target(text, configured));
    }
    return scenario::parse_relay_spec(text);
}

std::optional<std::string> gate_problem(const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    return gate ? std::nullopt : std::optional(gate.error().message);
}

core::Expected<scenario::Scenario> scenario_of_relays(const std::vector<std::string>& targets, const Context& context) {
    const auto configured = configured_relays(context);
    if (!configured) {
        return tl::unexpected(configured.error());
    }
    scenario::Scenario scenario;
    std::string problems;
    for (const auto& target : targets) {
        auto relay = relay_of(target, *configured);
        if (relay) {
            scenario.relays.push_back(std::move(*relay));
        } else {
            problems += (problems.empty() ? "" : "\n") + relay.error().message;
        }
    }
    if (!problems.empty()) {
        return core::bad_input(problems);
    }
    return scenario;
}

}  // namespace

bool name_a_scenario(const std::vector<std::string>& targets) { return std::any_of(targets.begin(), targets.end(), is_scenario); }

core::Expected<scenario::Scenario> scenario_of_targets(const std::vector<std::string>& targets, const Context& context) {
    const auto scenario = std::find_if(targets.begin(), targets.end(), is_scenario);
    if (scenario == targets.end()) {
        return scenario_of_relays(targets, context);
    }
    if (targets.size() > 1) {
        return core::bad_input(fmt::format("\"{}\" is a scenario, which brings its own relays; give it alone", *scenario));
    }
    return scenario::find_scenario(*scenario, gate_problem);
}

}  // namespace relaybench::cli
