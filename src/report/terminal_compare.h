#pragma once

#include <string>
#include <vector>

#include "judge/compare.h"
#include "report/style.h"
#include "result/run_result.h"

namespace relaybench::report {

/// Arms in columns, a row for each metric and quantile, each arm against the first one: with two arms the verdict in words, with more the
/// change beside each value. `comparisons` are those of judge::compare_arms(run). Quiet: one verdict line an arm (ttft p50 and p99,
/// failures), then the gate lines.
[[nodiscard]] std::string terminal_compare(const result::RunResult& run, const std::vector<judge::ArmComparison>& comparisons,
                                           const Layout& layout);

}  // namespace relaybench::report
