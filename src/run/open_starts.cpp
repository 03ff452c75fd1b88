#include "run/open_starts.h"

#include <variant>

namespace relaybench::run {

namespace {

/// The schedule of all arms together: that of one arm, at as many times the rate as there are arms; or, when they start at once, that of one.
load::ArrivalSchedule schedule_of(const RunPlan& plan) {
    const bool at_once = plan.load.order == scenario::Order::Simultaneous;
    const auto arms = at_once ? 1.0 : static_cast<double>(plan.arms.size());
    if (const auto* open = std::get_if<scenario::OpenLoop>(&plan.load.pattern)) {
        return load::ArrivalSchedule(scenario::OpenLoop{open->rate_per_s * arms, open->arrivals}, plan.seed + plan.round);
    }
    auto ramp = std::get<scenario::Ramp>(plan.load.pattern);
    for (auto& stage : ramp.stages) {
        stage.rate_per_s *= arms;
    }
    return load::ArrivalSchedule(ramp, plan.seed + plan.round);
}

}  // namespace

OpenStarts::OpenStarts(const RunPlan& plan, WorkerShare share, core::TimePoint begin)
    : share_(share),
      arms_(plan.arms.size()),
      begin_(begin),
      warmup_(plan.load.warmup),
      most_(plan.budget.max_streams),
      schedule_(schedule_of(plan)),
      repeats_(plan.load.order == scenario::Order::Simultaneous ? plan.arms.size() : 1),
      dealer_(static_cast<std::uint32_t>(plan.arms.size()), plan.seed + plan.round) {
    if (const auto window = load::window_of(plan.load)) {
        last_offset_ = warmup_ + *window;
    }
    if (const auto per_arm = plan.load.count) {
        measured_left_ = *per_arm * arms_;
    }
    advance();
}

std::optional<core::TimePoint> OpenStarts::next_due() const { return next_ ? std::optional(next_->intended) : std::nullopt; }

Start OpenStarts::pop() {
    const auto start = *next_;
    advance();
    return start;
}

void OpenStarts::advance() {
    next_.reset();
    while (const auto arrival = next_arrival()) {
        if (!share_.owns(arrival->index / arms_)) {
            continue;
        }
        Start start;
        start.arrival = arrival->index;
        start.ordinal = arrival->index / arms_;
        start.arm = dealer_.arm_of(arrival->index);
        start.intended = begin_ + arrival->offset;
        start.warmup = arrival->offset < warmup_;
        next_ = start;
        return;
    }
}

/// When arms start at once each arrival of the schedule is a whole block.
std::optional<load::Arrival> OpenStarts::scheduled() {
    if (repeats_ == 1) {
        return schedule_.next();
    }
    if (repeated_ % repeats_ == 0) {
        block_ = schedule_.next();
    }
    if (!block_) {
        return std::nullopt;
    }
    return load::Arrival{repeated_++, block_->offset};
}

std::optional<load::Arrival> OpenStarts::next_arrival() {
    const auto arrival = scheduled();
    if (!arrival || (last_offset_ && arrival->offset >= *last_offset_) || (most_ && arrival->index >= *most_)) {
        return std::nullopt;
    }
    if (measured_left_ && arrival->offset >= warmup_) {
        if (*measured_left_ == 0) {
            return std::nullopt;
        }
        --*measured_left_;
    }
    return arrival;
}

}  // namespace relaybench::run
