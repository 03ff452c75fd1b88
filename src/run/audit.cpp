#include "run/audit.h"

#include <algorithm>

#include "result/self_audit.h"

namespace relaybench::run {

result::Audit audit_generator(const std::vector<result::ArmResult>& arms, const std::vector<WorkerAccount>& workers,
                              std::uint64_t fd_limit) {
    result::Audit audit;
    audit.fd_limit = fd_limit;
    for (const auto& worker : workers) {
        audit.workers.push_back(worker.audit);
        audit.kernel_stamped_reads += worker.transport.kernel_stamped;
        audit.user_stamped_reads += worker.transport.user_stamped;
        audit.clock_steps = std::max(audit.clock_steps, worker.transport.clock_steps);
        audit.peak_open_streams += worker.peak_open_streams;
    }
    result::judge_generator(audit, arms);
    return audit;
}

core::Duration measured_window(const RunPlan& plan, const std::vector<WorkerResult>& workers, core::TimePoint begin) {
    const auto window_start = begin + plan.load.warmup;
    auto end = window_start;
    for (const auto& worker : workers) {
        end = std::max(end, worker.last_event);
    }
    return end - window_start;
}

}  // namespace relaybench::run
