#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "result/merge.h"
#include "result/run_result.h"

namespace relaybench::result {

/// What to do with results that were not measured alike: other prompts, another load, another dialect.
enum class Unlike {
    Refused,
    Noted,     ///< a warning in the result names what differs
    Intended,  ///< parts of one run: what differs was asked for
};

/// The arms of several results as arms of one, measured apart: names that occur twice get that of their file. Each arm keeps the length of its
/// own window; audits and warnings stand together. The result has neither comparisons nor gates yet. `parts` must not be empty.
[[nodiscard]] core::Expected<RunResult> side_by_side(const std::vector<NamedResult>& parts, Unlike unlike);

}  // namespace relaybench::result
