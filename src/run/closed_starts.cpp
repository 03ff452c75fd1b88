#include "run/closed_starts.h"
#include "load/stop_rule.h"

namespace relaybench::run {

namespace {

/// Which worker plays the closed-loop slot with this number among the slots of its arm.
bool is_mine(std::uint32_t slot_of_arm, WorkerShare share) { return slot_of_arm % share.count == share.index; }

/// `count` is dealt to the slots of an arm one by one; this is what the slots of one worker get together.
std::uint64_t share_of(std::uint64_t count, std::uint32_t slots, WorkerShare share) {
    std::uint64_t sum = 0;
    for (std::uint32_t slot = 0; slot < slots; ++slot) {
        if (is_mine(slot, share)) {
            sum += count / slots + (slot < count % slots ? 1U : 0U);
        }
    }
    return sum;
}

}  // namespace

ClosedStarts::ClosedStarts(const RunPlan& plan, const scenario::ClosedLoop& pattern, WorkerShare share, core::TimePoint begin)
    : share_(share),
      arms_(plan.arms.size()),
      measured_from_(begin + plan.load.warmup),
      window_end_(core::TimePoint::max()),
      failure_pause_(plan.load.failure_pause),
      started_(plan.arms.size(), 0) {
    if (const auto window = load::window_of(plan.load)) {
        window_end_ = measured_from_ + *window;
    }
    const auto per_arm = starts_of_arm(plan);
    left_.assign(arms_, per_arm ? std::optional(share_of(*per_arm, pattern.streams, share)) : std::nullopt);
    const auto spacing = core::Duration(std::chrono::seconds(1)) / std::max(1U, plan.connect_rate_per_s);
    for (std::uint32_t round = 0; round < pattern.streams; ++round) {
        for (std::uint32_t arm = 0; arm < arms_; ++arm) {
            if (is_mine(round, share)) {
                slots_.push_back({arm});
                schedule(static_cast<std::uint32_t>(slots_.size() - 1), begin + spacing * (round * arms_ + arm));
            }
        }
    }
}

void ClosedStarts::schedule(std::uint32_t slot, core::TimePoint at) {
    const auto& left = left_[slots_[slot].arm];
    const bool measured = at >= measured_from_;
    if (at < window_end_ && !(measured && left && *left == 0)) {
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
    start.warmup = due.at < measured_from_;
    start.ordinal = started_[arm]++ * share_.count + share_.index;
    start.arrival = start.ordinal * arms_ + arm;
    ++busy_;
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
