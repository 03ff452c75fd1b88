#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Named relays of the user: ./relaybench.yaml, else $XDG_CONFIG_HOME/relaybench/config.yaml (~/.config when unset). The file has the shape
/// of a scenario with nothing but `relays`. No file: no relays.
[[nodiscard]] core::Expected<std::vector<scenario::Relay>> configured_relays(const Context& context);

}  // namespace relaybench::cli
