#include "cli/measure.h"

#include <memory>

#include "cli/host_limits.h"
#include "cli/progress_display.h"
#include "cli/provenance.h"
#include "cli/signal_watch.h"
#include "cli/trace_recorder.h"
#include "net/client.h"
#include "run/engine.h"

namespace relaybench::cli {

namespace {

core::Expected<std::vector<std::unique_ptr<stream::Transport>>> make_transports(const run::RunPlan& plan, const Context& context) {
    std::vector<std::unique_ptr<stream::Transport>> transports;
    for (std::uint32_t worker = 0; worker < plan.workers; ++worker) {
        auto client = net::make_client(context.clock, {});
        if (!client) {
            return tl::unexpected(client.error());
        }
        transports.push_back(std::move(*client));
    }
    return transports;
}

}  // namespace

core::Expected<Measured> measure(const scenario::Scenario& scenario, const run::RunPlan& plan, const ShowFlags& show,
                                 const Context& context) {
    auto provenance = provenance_of(scenario, context);
    if (!provenance) {
        return tl::unexpected(provenance.error());
    }
    run::Control control;
    const SignalWatch signals(control);
    auto transports = make_transports(plan, context);
    if (!transports) {
        return tl::unexpected(transports.error());
    }
    std::unique_ptr<ProgressDisplay> display;
    if (show.quiet == 0) {
        display = std::make_unique<ProgressDisplay>(context.err, context.err_traits);
    }
    TraceRecorder tracer(context.clock.now());
    Measured measured;
    measured.result = run::execute(plan, {.clock = context.clock,
                                          .transports = *transports,
                                          .control = control,
                                          .observer = display.get(),
                                          .tracer = show.trace > 0 ? &tracer : nullptr,
                                          .fd_limit = descriptor_limit()});
    measured.signal = signals.caught();
    measured.trace = tracer.events();
    complete(measured.result.provenance, *provenance);
    return measured;
}

}  // namespace relaybench::cli
