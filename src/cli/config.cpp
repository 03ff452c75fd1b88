#include "cli/config.h"

#include "scenario/scenario_yaml.h"

namespace relaybench::cli {

namespace {

std::optional<std::filesystem::path> config_file(const Context& context) {
    std::vector<std::filesystem::path> places{"relaybench.yaml"};
    if (const auto folder = context.environment("XDG_CONFIG_HOME"); folder && !folder->empty()) {
        places.push_back(std::filesystem::path(*folder) / "relaybench" / "config.yaml");
    } else if (const auto home = context.environment("HOME"); home && !home->empty()) {
        places.push_back(std::filesystem::path(*home) / ".config" / "relaybench" / "config.yaml");
    }
    for (const auto& place : places) {
        std::error_code error;
        if (std::filesystem::is_regular_file(place, error)) {
            return place;
        }
    }
    return std::nullopt;
}

}  // namespace

core::Expected<std::vector<scenario::Relay>> configured_relays(const Context& context) {
    const auto file = config_file(context);
    if (!file) {
        return std::vector<scenario::Relay>{};
    }
    auto scenario = scenario::read_scenario_file(*file, {});
    if (!scenario) {
        return tl::unexpected(scenario.error());
    }
    return scenario->relays;
}

}  // namespace relaybench::cli
