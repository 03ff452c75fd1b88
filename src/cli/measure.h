#pragma once

#include <optional>

#include "cli/context.h"
#include "cli/relay_access.h"
#include "cli/shard_flags.h"
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
    bool undecided = false;                 ///< --until-decided ran out of streams or time
};

/// Plays the plan on real sockets, with signals and progress attached, from the time on that the staging wants. Provenance is complete, gates
/// are not judged yet.
[[nodiscard]] core::Expected<Measured> measure(const scenario::Scenario& scenario, const run::RunPlan& plan, const Staging& staging,
                                               const ShowFlags& show, const Context& context);

}  // namespace relaybench::cli
