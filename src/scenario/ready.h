#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "scenario/scenario_yaml.h"

namespace relaybench::scenario {

/// A scenario that is part of the program: a file of scenarios/ at build time, so that an installed binary works anywhere.
struct ReadyScenario {
    std::string_view name;  ///< of the file, without .yaml
    std::string_view yaml;
};

/// In alphabetical order.
[[nodiscard]] std::span<const ReadyScenario> ready_scenarios();

/// The scenario that a word on the command line means: a file if there is one of that path, else a ready scenario of that name.
[[nodiscard]] core::Expected<Scenario> find_scenario(const std::string& path_or_name, const GateCheck& check_gate);

}  // namespace relaybench::scenario
