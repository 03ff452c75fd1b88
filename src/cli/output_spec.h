#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace relaybench::cli {

enum class OutputFormat { Json, Csv, Hlog };

/// `--out FORMAT=PATH`.
struct OutputSpec {
    OutputFormat format = OutputFormat::Json;
    std::string path;  ///< "-": standard output

    [[nodiscard]] bool to_stdout() const { return path == "-"; }
};

/// Whether one of them takes standard output for itself.
[[nodiscard]] bool take_stdout(const std::vector<OutputSpec>& outputs);

/// Why a file cannot be written there, opening with the flag that named it: no such folder, no permission, no name.
[[nodiscard]] std::optional<std::string> output_problem(std::string_view flag, const std::string& path);

/// All problems at once. Refuses unknown formats, empty paths, the same path twice (- too: two documents
/// cannot be told apart there), and a folder that does not exist or cannot be written:
/// a run of an hour must not fail at its last step for a slip of the pen.
[[nodiscard]] core::Expected<std::vector<OutputSpec>> parse_outputs(const std::vector<std::string>& texts);

}  // namespace relaybench::cli
