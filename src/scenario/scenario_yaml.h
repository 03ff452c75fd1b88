#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "scenario/problem.h"
#include "scenario/scenario.h"
#include "scenario/validate.h"

namespace relaybench::scenario {

/// A scenario, or everything that is wrong with it, in the order of the file: exactly one of the two is there.
struct ParseReport {
    std::optional<Scenario> scenario = std::nullopt;
    std::vector<Problem> problems = {};
};

/// Reads and validates one scenario. Broken YAML ends the search at its first problem; of everything else all problems are found at once.
/// Never throws; time and memory are bounded whatever the text (kMaxYaml… in node_yaml.h).
[[nodiscard]] ParseReport parse_scenario(std::string_view yaml, const GateCheck& check_gate);

/// The same as a value or one error with a line `file:line:column: path: message` for each problem. `source` names the file.
[[nodiscard]] core::Expected<Scenario> read_scenario(std::string_view yaml, std::string_view source, const GateCheck& check_gate);
[[nodiscard]] core::Expected<Scenario> read_scenario_file(const std::filesystem::path& path, const GateCheck& check_gate);

}  // namespace relaybench::scenario
