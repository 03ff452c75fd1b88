#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "cli/show_flags.h"

namespace relaybench::cli {

/// Whether the file holds a result of relaybench (or a journal), by its beginning.
[[nodiscard]] bool is_saved_result(const std::string& path);

struct SavedComparison {
    std::vector<std::string> files;
    std::vector<std::string> gates;  ///< to be judged on the arms
    std::uint32_t force = 0;         ///< also results that were not measured alike
};

/// `compare a.json b.json`: arms of saved results beside each other, judged, shown and written as those of a run.
[[nodiscard]] ExitCode compare_saved(const SavedComparison& wanted, const ShowFlags& show, const Context& context);

}  // namespace relaybench::cli
