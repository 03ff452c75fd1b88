#pragma once

#include <string>
#include <string_view>

#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::result {

/// The versioned document of docs/result-format.md, indented by two blanks, with a newline at its end. Deterministic: equal results give
/// equal bytes, and reading a document and writing it again gives it back (unknown fields excepted).
[[nodiscard]] std::string to_json(const RunResult& result);

/// Reads such a document. Bad input of any kind is an error, never a crash: all problems that were found are in its message, one a line,
/// each naming the place (`arms[0].metrics.ttft.hdr: …`), the first twenty at most. Unknown fields are ignored; a newer schema_version is
/// refused. `name` stands for the document in the message (its path).
[[nodiscard]] core::Expected<RunResult> from_json(std::string_view text, std::string_view name);

}  // namespace relaybench::result
