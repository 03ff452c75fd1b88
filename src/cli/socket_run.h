#pragma once

#include "cli/context.h"
#include "core/error.h"
#include "result/run_result.h"
#include "run/control.h"
#include "run/progress.h"
#include "run/run_plan.h"
#include "stream/stream_observer.h"

namespace relaybench::run {
struct JournalOrder;
}

namespace relaybench::cli {

/// Who looks on; null: nobody.
struct Onlookers {
    run::Observer* observer = nullptr;
    stream::StreamTracer* tracer = nullptr;
    run::JournalOrder* journal = nullptr;
};

/// Plays the plan on real sockets, one transport a worker; `control` may stop it.
[[nodiscard]] core::Expected<result::RunResult> run_on_sockets(const run::RunPlan& plan, run::Control& control, const Onlookers& onlookers,
                                                               const Context& context);

}  // namespace relaybench::cli
