#pragma once

#include <vector>

#include "cli/context.h"
#include "cli/output_spec.h"
#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// Where words for people go: to standard error when an output takes standard output for itself, else to the context's own.
[[nodiscard]] Context context_for_people(const std::vector<OutputSpec>& outputs, const Context& context);

/// Writes every output, also after one has failed; the error lists those that did. Standard output is the context's; whether it took
/// everything is found out when the command ends.
[[nodiscard]] core::Expected<void> write_outputs(const result::RunResult& result, const std::vector<OutputSpec>& outputs,
                                                 const Context& context);

}  // namespace relaybench::cli
