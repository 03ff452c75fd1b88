#pragma once

#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "result/run_result.h"
#include "run/run_plan.h"
#include "run/worker.h"

namespace relaybench::run {

/// The tool's report on itself (docs/metrics.md, "self-audit"). The run is saturated when the p99 of its schedule lag is above 5 % of the
/// median ttft_intended, the p99 of its read delay above a quarter of the median gap or half of the median ttft (the delay is known from
/// kernel stamps, which it does not move), each above 0.1 ms, or a worker used more than 90 % of its core.
[[nodiscard]] result::Audit audit_generator(const std::vector<result::ArmResult>& arms, const std::vector<WorkerResult>& workers,
                                            std::uint64_t fd_limit);

/// What the reader must know, from a finished run with its audit.
[[nodiscard]] std::vector<result::Warning> warnings_of(const result::RunResult& run);

/// Length of the measured window: from the end of the warm-up until the last measured stream ended (the drain included, because its
/// chunks are counted too).
[[nodiscard]] core::Duration measured_window(const RunPlan& plan, const std::vector<WorkerResult>& workers, core::TimePoint begin);

}  // namespace relaybench::run
