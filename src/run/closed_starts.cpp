#include "run/closed_starts.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "load/deal.h"
#include "load/window.h"

namespace relaybench::run {

namespace {

constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();

std::uint64_t budget_of(const RunPlan& plan, const WorkerShare& share) {
    if (!plan.budget.max_streams) {
        return kUnlimited;
    }
    return load::share_of(load::share_of(*plan.budget.max_streams, share.shard.count, share.shard.index), share.count, share.index);
}

/// By arm.
std::vector<load::ArmShare> slots_of(const RunPlan& plan, const scenario::ClosedLoop& pattern, const WorkerShare& share) {
    const std::vector<load::ArmShare> whole(plan.arms.size(), {pattern.streams, plan.load.count.value_or(0)});
    const auto of_shard = load::share_closed_loop(whole, share.shard.count)[share.shard.index];
    return load::share_closed_loop(of_shard, share.count)[share.index];
}

}  // namespace

ClosedStarts::ClosedStarts(const RunPlan& plan, const scenario::ClosedLoop& pattern, WorkerShare share, core::TimePoint begin)
    : share_(share),
      arms_(plan.arms.size()),
      measured_from_(begin + plan.load.warmup),
      window_end_(core::TimePoint::max()),
      failure_pause_(plan.load.failure_pause),
      budget_left_(budget_of(plan, share)),
      started_(plan.arms.size(), 0) {
    if (const auto window = load::window_of(plan.load)) {
        window_end_ = measured_from_ + *window;
    }
    const auto per_arm = plan.load.count;
    const auto arms = static_cast<std::uint32_t>(arms_);
    const auto shares = slots_of(plan, pattern, share);
    const auto spacing = core::Duration(std::chrono::seconds(1)) / std::max(1U, plan.connect_rate_per_s);
    for (std::uint32_t arm = 0; arm < arms; ++arm) {
        left_.push_back(per_arm ? std::optional(shares[arm].count) : std::nullopt);
        for (std::uint64_t round = 0; round < shares[arm].slots; ++round) {
            slots_.push_back({arm});
            schedule(static_cast<std::uint32_t>(slots_.size() - 1), begin + spacing * (share.number_of(round) * arms + arm));
        }
    }
}

void ClosedStarts::schedule(std::uint32_t slot, core::TimePoint at) {
    const auto& left = left_[slots_[slot].arm];
    const bool measured = at >= measured_from_;
    if (budget_left_ != 0 && at < window_end_ && !(measured && left && *left == 0)) {
        due_.push({at, slot});
    }
}

std::optional<core::TimePoint> ClosedStarts::next_due() const { return due_.empty() ? std::nullopt : std::optional(due_.top().at); }

Start ClosedStarts::pop() {
    const auto due = due_.top();
    due_.pop();
    const auto arm = slots_[due.slot].arm;
    Start start;
    start.slot = due.slot;
    start.arm = arm;
    start.intended = due.at;
    start.opens_slot = !std::exchange(slots_[due.slot].opened, true);
    start.warmup = due.at < measured_from_;
    start.ordinal = share_.number_of(started_[arm]++);
    start.arrival = start.ordinal * arms_ + arm;
    ++busy_;
    if (--budget_left_ == 0) {
        due_ = {};
    }
    if (auto& left = left_[arm]; left && !start.warmup) {
        --*left;
        if (*left == 0) {
            drop_waiting(arm);
        }
    }
    return start;
}

void ClosedStarts::drop_waiting(std::uint32_t arm) {
    std::priority_queue<Due, std::vector<Due>, Later> kept;
    for (; !due_.empty(); due_.pop()) {
        const auto& due = due_.top();
        if (slots_[due.slot].arm != arm || due.at < measured_from_) {
            kept.push(due);
        }
    }
    due_ = std::move(kept);
}

void ClosedStarts::on_stream_ended(const Start& start, stream::Outcome outcome, core::TimePoint now) {
    --busy_;
    schedule(start.slot, now + (stream::is_error(outcome) ? failure_pause_ : core::Duration::zero()));
}

}  // namespace relaybench::run
