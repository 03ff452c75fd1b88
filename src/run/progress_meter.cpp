#include "run/progress_meter.h"

#include <algorithm>

#include "load/window.h"
#include "run/start_queue.h"

namespace relaybench::run {

namespace {

constexpr core::Duration kInterval = std::chrono::seconds(1);

std::optional<core::Duration> observed(std::int64_t us) {
    return us < 0 ? std::nullopt : std::optional<core::Duration>(std::chrono::microseconds(us));
}

}  // namespace

ProgressMeter::ProgressMeter(const RunPlan& plan, core::TimePoint begin) : begin_(begin), warmup_(plan.load.warmup), last_(begin) {
    if (const auto window = load::window_of(plan.load)) {
        planned_ = plan.load.warmup + *window;
    }
    if (const auto starts = plan.load.count) {
        planned_streams_ = *starts * plan.arms.size();
    }
}

Progress::Phase ProgressMeter::phase(bool starting, core::Duration elapsed) const {
    if (elapsed < warmup_) {
        return Progress::Phase::Warmup;
    }
    const bool window_over = planned_ && elapsed >= *planned_;
    return starting && !window_over ? Progress::Phase::Measuring : Progress::Phase::Draining;
}

std::optional<Progress> ProgressMeter::look(const std::deque<LiveCounters>& live, core::TimePoint now) {
    const auto since = now - last_;
    if (since < kInterval) {
        return std::nullopt;
    }
    Progress progress;
    progress.elapsed = now - begin_;
    progress.planned = planned_;
    progress.planned_streams = planned_streams_;
    std::int64_t p50_us = -1;
    std::int64_t p99_us = -1;
    bool starting = false;
    for (const auto& counters : live) {
        progress.open += counters.open;
        progress.done += counters.done;
        progress.failed += counters.failed;
        progress.chunks += counters.chunks;
        p50_us = std::max(p50_us, counters.ttft_p50_us.load());
        p99_us = std::max(p99_us, counters.ttft_p99_us.load());
        starting = starting || counters.starting;
    }
    progress.chunks_per_s = static_cast<double>(progress.chunks - last_chunks_) / std::chrono::duration<double>(since).count();
    progress.ttft_p50 = observed(p50_us);
    progress.ttft_p99 = observed(p99_us);
    progress.phase = phase(starting, progress.elapsed);
    last_ = now;
    last_chunks_ = progress.chunks;
    return progress;
}

}  // namespace relaybench::run
