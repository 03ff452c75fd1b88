#include "run/start_queue.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "run/closed_starts.h"
#include "run/open_starts.h"

namespace relaybench::run {

namespace {

constexpr core::Duration kDefaultWindow = std::chrono::seconds(10);

core::Duration sum_of(const scenario::Ramp& ramp) {
    core::Duration sum{0};
    for (const auto& stage : ramp.stages) {
        sum += stage.duration;
    }
    return sum;
}

}  // namespace

std::optional<core::Duration> planned_window(const scenario::Load& load) {
    if (const auto* ramp = std::get_if<scenario::Ramp>(&load.pattern)) {
        return load.duration ? std::min(*load.duration, sum_of(*ramp)) : sum_of(*ramp);
    }
    if (!load.duration && !load.count) {
        return kDefaultWindow;
    }
    return load.duration;
}

std::optional<std::uint64_t> starts_of_arm(const RunPlan& plan) {
    auto starts = plan.load.count;
    if (plan.budget.max_streams) {
        const auto most = *plan.budget.max_streams / std::max<std::size_t>(1, plan.arms.size());
        starts = std::min(starts.value_or(most), most);
    }
    return starts;
}

std::unique_ptr<StartQueue> make_start_queue(const RunPlan& plan, WorkerShare share, core::TimePoint begin) {
    if (const auto* closed = std::get_if<scenario::ClosedLoop>(&plan.load.pattern)) {
        return std::make_unique<ClosedStarts>(plan, *closed, share, begin);
    }
    return std::make_unique<OpenStarts>(plan, share, begin);
}

}  // namespace relaybench::run
