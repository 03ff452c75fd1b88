#pragma once

#include <vector>

#include "cli/context.h"
#include "cli/show_flags.h"
#include "report/trace.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// Prints a result on standard output: as a comparison when it has several arms.
void show_result(const result::RunResult& result, const std::vector<report::TraceEvent>& trace, const ShowFlags& show,
                 const Context& context);

}  // namespace relaybench::cli
