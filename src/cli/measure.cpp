#include "cli/measure.h"

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/progress_display.h"
#include "cli/provenance.h"
#include "cli/socket_run.h"
#include "cli/start_time.h"
#include "cli/trace_recorder.h"
#include "core/append_file.h"
#include "core/units.h"
#include "run/journal_keeper.h"

namespace relaybench::cli {

namespace {

/// The run's own journal, when one is wanted.
core::Expected<std::optional<run::JournalOrder>> open_journal(const scenario::Scenario& scenario, const Staging& staging,
                                                              const result::Provenance& provenance) {
    if (staging.journal.empty()) {
        return std::nullopt;
    }
    auto file = core::AppendFile::create(staging.journal);
    if (!file) {
        return tl::unexpected(file.error());
    }
    return run::JournalOrder{std::move(*file), provenance, scenario.gates};
}

/// A start that was asked for and missed is in the result: the shards' seconds do not line up.
void note_late_start(const Staging& staging, core::WallTime began, result::RunResult& run) {
    constexpr core::Duration kOnTime = std::chrono::milliseconds(200);
    if (staging.start_at && began - *staging.start_at > kOnTime) {
        run.warnings.push_back({"late_start",
                                fmt::format("The run began {} after its --start-at: relays were not open before.",
                                            core::human_duration(began - *staging.start_at)),
                                "give a later --start-at"});
    }
}

}  // namespace

core::Expected<Measured> measure(const Session& session, const run::RunPlan& plan) {
    const Staging& staging = session.staging;
    const Context& context = session.context;
    std::unique_ptr<ProgressDisplay> display;
    if (session.show.quiet == 0) {
        display = std::make_unique<ProgressDisplay>(context.err, context.err_traits);
    }
    if (staging.start_at) {
        wait_for_start(*staging.start_at, context.clock, session.control, display.get());
    }
    auto provenance = provenance_of(session.scenario, session.prompts, context);
    if (!provenance) {
        return tl::unexpected(provenance.error());
    }
    provenance->shard = staging.shard;
    auto journal = open_journal(session.scenario, staging, *provenance);
    if (!journal) {
        return tl::unexpected(journal.error());
    }
    const auto began = context.clock.wall_now();
    TraceRecorder tracer;
    Measured measured;
    auto result = run_on_sockets(
        plan, session.control,
        {.observer = display.get(), .tracer = session.show.trace > 0 ? &tracer : nullptr, .journal = *journal ? &**journal : nullptr},
        context);
    if (!result) {
        return tl::unexpected(result.error());
    }
    measured.result = std::move(*result);
    note_late_start(staging, began, measured.result);
    measured.signal = session.signals.caught();
    measured.trace = tracer.events();
    complete(measured.result.provenance, *provenance);
    return measured;
}

}  // namespace relaybench::cli
