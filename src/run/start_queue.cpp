#include "run/start_queue.h"

#include <algorithm>
#include <variant>

#include "run/closed_starts.h"
#include "run/open_starts.h"

namespace relaybench::run {

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
