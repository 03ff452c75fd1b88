#pragma once

#include <memory>
#include <vector>

#include "core/clock.h"
#include "result/run_result.h"
#include "run/control.h"
#include "run/progress.h"
#include "run/run_plan.h"
#include "stream/stream_observer.h"
#include "stream/transport.h"

namespace relaybench::run {

struct JournalOrder;

/// The engine's edges. Everything must outlive execute().
struct EnginePorts {
    const core::Clock& clock;
    std::vector<std::unique_ptr<stream::Transport>>& transports;  ///< one a worker: plan.workers of them
    Control& control;
    Observer* observer = nullptr;            ///< null: nobody watches
    stream::StreamTracer* tracer = nullptr;  ///< only with one worker
    std::uint64_t fd_limit = 0;              ///< for the audit
    JournalOrder* journal = nullptr;         ///< null: no journal is kept
};

/// Plays the plan: one thread a transport, merged at the end. The calling thread watches: it tells the observer, and stops the run when
/// the token budget is used up. Fills arms, audit, warnings, and of the provenance what only the engine knows (seed, duration, partial,
/// stop_reason); names, versions and gates are the caller's.
[[nodiscard]] result::RunResult execute(const RunPlan& plan, const EnginePorts& ports);

}  // namespace relaybench::run
