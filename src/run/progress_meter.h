#pragma once

#include <deque>
#include <optional>

#include "core/clock.h"
#include "run/control.h"
#include "run/progress.h"
#include "run/run_plan.h"

namespace relaybench::run {

/// Turns workers' live counters into one Progress a second.
class ProgressMeter {
  public:
    ProgressMeter(const RunPlan& plan, core::TimePoint begin);

    /// A snapshot when a second has passed since the last one.
    [[nodiscard]] std::optional<Progress> look(const std::deque<LiveCounters>& live, core::TimePoint now);

  private:
    [[nodiscard]] Progress::Phase phase(bool starting, core::Duration elapsed) const;

    core::TimePoint begin_;
    core::Duration warmup_;
    std::optional<core::Duration> planned_;
    std::optional<std::uint64_t> planned_streams_;
    core::TimePoint last_;
    std::uint64_t last_chunks_ = 0;
};

}  // namespace relaybench::run
