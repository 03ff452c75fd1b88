#pragma once

#include <optional>

#include "load/arrival_schedule.h"
#include "load/deal.h"
#include "load/window.h"
#include "run/start_queue.h"

namespace relaybench::run {

/// Open loop or ramp: starts at the times of a schedule, whatever the streams do. The schedule's rate is that of each arm; its arrivals are
/// dealt to the arms in shuffled blocks, and whole blocks to the shards and their workers in turn, so that every worker and every number
/// of workers sees the same plan.
class OpenStarts final : public StartQueue {
  public:
    /// The plan's pattern must not be a closed loop.
    OpenStarts(const RunPlan& plan, WorkerShare share, core::TimePoint begin);

    [[nodiscard]] std::optional<core::TimePoint> next_due() const override;
    Start pop() override;
    void on_stream_ended(const Start& /*start*/, stream::Outcome /*outcome*/, core::TimePoint /*now*/) override {}
    [[nodiscard]] bool exhausted() const override { return !next_; }

  private:
    /// Moves next_ to the next arrival of this worker.
    void advance();
    /// The next arrival of the whole plan that may still start.
    [[nodiscard]] std::optional<load::Arrival> next_arrival();
    [[nodiscard]] std::optional<load::Arrival> scheduled();

    WorkerShare share_;
    std::uint64_t arms_;
    core::TimePoint begin_;
    core::Duration warmup_;
    std::optional<std::uint64_t> most_;           ///< starts of any kind, over all arms, shards and workers
    std::optional<core::Duration> last_offset_;   ///< starts must lie before it
    std::optional<std::uint64_t> measured_left_;  ///< over all arms and workers
    load::ArrivalSchedule schedule_;
    std::uint64_t repeats_;  ///< starts of one arrival of the schedule
    std::uint64_t repeated_ = 0;
    std::optional<load::Arrival> block_;
    load::ArmDealer dealer_;
    std::optional<Start> next_;
};

}  // namespace relaybench::run
