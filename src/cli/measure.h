#pragma once

#include <optional>

#include "cli/context.h"
#include "cli/relay_access.h"
#include "cli/show_flags.h"
#include "core/error.h"
#include "report/trace.h"
#include "result/run_result.h"
#include "run/run_plan.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// A measured run and what happened around it.
struct Measured {
    result::RunResult result;
    std::optional<int> signal;              ///< the first that asked to stop
    std::vector<report::TraceEvent> trace;  ///< only when asked for
};

/// Plays the plan on real sockets, with signals and progress attached. Provenance is complete, gates are not judged yet.
[[nodiscard]] core::Expected<Measured> measure(const scenario::Scenario& scenario, const run::RunPlan& plan, const ShowFlags& show,
                                               const Context& context);

}  // namespace relaybench::cli
