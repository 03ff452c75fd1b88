#pragma once

#include <string>

#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::report {

/// The arms' histograms as a histogram log: one line for each arm and observed metric, tagged `ARM.METRIC` (characters that the format
/// cannot quote become `_`), over the whole measured window. The format has no place for streams that never got there: they are named
/// in comments.
[[nodiscard]] core::Expected<std::string> hlog_report(const result::RunResult& run);

}  // namespace relaybench::report
