#include "run/start_queue.h"

#include <variant>

#include "run/closed_starts.h"
#include "run/open_starts.h"

namespace relaybench::run {

result::Pairing pairing_of(const RunPlan& plan) {
    return std::holds_alternative<scenario::ClosedLoop>(plan.load.pattern) ? result::Pairing::Alongside : result::Pairing::Dealt;
}

std::unique_ptr<StartQueue> make_start_queue(const RunPlan& plan, WorkerShare share, core::TimePoint begin) {
    if (const auto* closed = std::get_if<scenario::ClosedLoop>(&plan.load.pattern)) {
        return std::make_unique<ClosedStarts>(plan, *closed, share, begin);
    }
    return std::make_unique<OpenStarts>(plan, share, begin);
}

}  // namespace relaybench::run
