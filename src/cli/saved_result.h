#pragma once

#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "core/error.h"
#include "result/merge.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// A result that `--out json=PATH` has written, or what a journal holds (`--journal PATH`), whose gates are judged now.
[[nodiscard]] core::Expected<result::RunResult> read_result(const std::string& path);

/// All files, or the problems of all of them.
[[nodiscard]] core::Expected<std::vector<result::NamedResult>> read_results(const std::vector<std::string>& paths);

/// Compares the arms of a result that was added up, and judges the gates that it names (once each, on every arm that they speak of): its verdicts
/// are not those of its parts. Adds the warnings that go with them.
[[nodiscard]] core::Expected<void> judge_again(result::RunResult& result);

/// By its gates; without one, inconclusive when an arm has no complete stream: nobody else would say that there is nothing to look at.
[[nodiscard]] ExitCode exit_code_of(const result::RunResult& result);

}  // namespace relaybench::cli
