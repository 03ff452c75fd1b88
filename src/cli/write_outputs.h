#pragma once

#include <vector>

#include "cli/output_spec.h"
#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// Writes every output, also after one has failed; the error lists those that did.
[[nodiscard]] core::Expected<void> write_outputs(const result::RunResult& result, const std::vector<OutputSpec>& outputs);

}  // namespace relaybench::cli
