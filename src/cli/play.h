#pragma once

#include "cli/context.h"
#include "cli/show_flags.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Plays a scenario as `run` and `compare` do: checks everything, opens the relays, measures, judges, shows and writes the result.
[[nodiscard]] ExitCode play(const scenario::Scenario& scenario, const ShowFlags& show, const Context& context);

}  // namespace relaybench::cli
