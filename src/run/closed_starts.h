#pragma once

#include <optional>
#include <queue>
#include <vector>

#include "run/start_queue.h"

namespace relaybench::run {

/// Closed loop: a fixed number of slots an arm, each of which starts its next stream when the one before has ended (after a pause when it
/// failed, so that a dead relay is not hammered). The slots' first starts are spread by the connect rate. Slots of all arms take turns,
/// and are shared by the shards and their workers as load/deal.h says.
class ClosedStarts final : public StartQueue {
  public:
    ClosedStarts(const RunPlan& plan, const scenario::ClosedLoop& pattern, WorkerShare share, core::TimePoint begin);

    [[nodiscard]] std::optional<core::TimePoint> next_due() const override;
    Start pop() override;
    void on_stream_ended(const Start& start, stream::Outcome outcome, core::TimePoint now) override;
    [[nodiscard]] bool exhausted() const override { return due_.empty() && busy_ == 0; }

  private:
    struct Slot {
        std::uint32_t arm = 0;
        bool opened = false;
    };
    struct Due {
        core::TimePoint at;
        std::uint32_t slot = 0;
    };
    struct Later {
        bool operator()(const Due& a, const Due& b) const { return a.at > b.at || (a.at == b.at && a.slot > b.slot); }
    };

    void schedule(std::uint32_t slot, core::TimePoint at);
    /// The arm has started all that it may: its slots that wait for a measured start are idle for good.
    void drop_waiting(std::uint32_t arm);

    WorkerShare share_;
    std::size_t arms_;
    core::TimePoint measured_from_;
    core::TimePoint window_end_;
    core::Duration failure_pause_;
    std::uint64_t budget_left_;  ///< starts of any kind that this worker may still make
    std::vector<Slot> slots_;
    std::vector<std::optional<std::uint64_t>> left_;  ///< by arm: measured starts that may still come
    std::vector<std::uint64_t> started_;              ///< by arm, warm-up included
    std::priority_queue<Due, std::vector<Due>, Later> due_;
    std::uint64_t busy_ = 0;
};

}  // namespace relaybench::run
