#include "cli/measure.h"

#include <memory>

#include "cli/progress_display.h"
#include "cli/provenance.h"
#include "cli/signal_watch.h"
#include "cli/socket_run.h"
#include "cli/trace_recorder.h"

namespace relaybench::cli {

core::Expected<Measured> measure(const scenario::Scenario& scenario, const run::RunPlan& plan, const ShowFlags& show,
                                 const Context& context) {
    auto provenance = provenance_of(scenario, context);
    if (!provenance) {
        return tl::unexpected(provenance.error());
    }
    run::Control control;
    const SignalWatch signals(control);
    std::unique_ptr<ProgressDisplay> display;
    if (show.quiet == 0) {
        display = std::make_unique<ProgressDisplay>(context.err, context.err_traits);
    }
    TraceRecorder tracer(context.clock.now());
    Measured measured;
    auto result = run_on_sockets(plan, control, {.observer = display.get(), .tracer = show.trace > 0 ? &tracer : nullptr}, context);
    if (!result) {
        return tl::unexpected(result.error());
    }
    measured.result = std::move(*result);
    measured.signal = signals.caught();
    measured.trace = tracer.events();
    complete(measured.result.provenance, *provenance);
    return measured;
}

}  // namespace relaybench::cli
