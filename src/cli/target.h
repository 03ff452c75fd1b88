#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// The scenario that positional arguments mean, before flags are applied. Each target is, in this order: a scenario file
/// that exists, `embedded[:PROFILE]`, the name of a relay in the configuration, the name of a ready scenario, a URL; a relay may carry a
/// NAME= and options. One scenario at most, and then no relays beside it.
[[nodiscard]] core::Expected<scenario::Scenario> scenario_of_targets(const std::vector<std::string>& targets, const Context& context);

/// Whether one of them is a scenario, whose relays are not those of the command line.
[[nodiscard]] bool name_a_scenario(const std::vector<std::string>& targets);

}  // namespace relaybench::cli
