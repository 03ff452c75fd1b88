#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenario/inspection.h"
#include "scenario/problem.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// Says what is wrong with a gate expression, or nothing. Brought by the caller, as judge stands above scenario; empty: gates pass.
using GateCheck = std::function<std::optional<std::string>(const std::string&)>;

/// Everything that can be known to be wrong before anything is sent, whether the scenario came from a file or from flags: ranges, names,
/// URLs that do not fit their dialect, settings that contradict each other. Relays must have names (name_relays). All problems at once.
[[nodiscard]] std::vector<Problem> validate(const Scenario& scenario, const GateCheck& check_gate);

/// The same into an inspection that knows where values stand in a file.
void validate(const Scenario& scenario, const GateCheck& check_gate, Inspection& inspection);

}  // namespace relaybench::scenario
