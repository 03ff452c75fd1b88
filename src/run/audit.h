#pragma once

#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "result/run_result.h"
#include "run/run_plan.h"
#include "run/worker.h"

namespace relaybench::run {

/// The tool's report on itself, from the accounts of its workers; judged as result/self_audit.h says.
[[nodiscard]] result::Audit audit_generator(const std::vector<result::ArmResult>& arms, const std::vector<WorkerAccount>& workers,
                                            std::uint64_t fd_limit);

/// Length of the measured window: from the end of the warm-up until the last measured stream ended (the drain included, because its
/// chunks are counted too).
[[nodiscard]] core::Duration measured_window(const RunPlan& plan, const std::vector<WorkerResult>& workers, core::TimePoint begin);

}  // namespace relaybench::run
