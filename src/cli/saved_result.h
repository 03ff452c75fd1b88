#pragma once

#include <string>

#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// A result that `--out json=PATH` has written.
[[nodiscard]] core::Expected<result::RunResult> read_result(const std::string& path);

}  // namespace relaybench::cli
