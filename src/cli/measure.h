#pragma once

#include <optional>
#include <vector>

#include "cli/context.h"
#include "cli/relay_access.h"
#include "cli/shard_flags.h"
#include "cli/show_flags.h"
#include "cli/signal_watch.h"
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
    bool unanswered = false;                ///< --until-decided ran out of streams or time, or an arm could not be played
};

/// What all parts of one measurement share. Borrows everything. Signals are watched from before the first part until after the last, so that
/// one that comes in between is neither lost nor deadly.
struct Session {
    const scenario::Scenario& scenario;
    const std::vector<wire::Prompt>& prompts;
    Staging staging;
    const ShowFlags& show;
    const Context& context;
    run::Control& control;
    const SignalWatch& signals;
};

/// Plays the plan on real sockets, with progress attached, from the time on that the staging wants. Provenance is complete, gates are not
/// judged yet.
[[nodiscard]] core::Expected<Measured> measure(const Session& session, const run::RunPlan& plan);

}  // namespace relaybench::cli
