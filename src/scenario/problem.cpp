#include "scenario/problem.h"

#include <fmt/format.h>

namespace relaybench::scenario {

std::string problem_line(std::string_view source, const Problem& problem) {
    std::string line{source};
    if (problem.mark.line > 0) {
        line += fmt::format(":{}:{}", problem.mark.line, problem.mark.column);
    }
    if (!line.empty()) {
        line += ": ";
    }
    if (!problem.path.empty()) {
        line += problem.path + ": ";
    }
    return line + problem.message;
}

core::Error problems_error(std::string_view source, const std::vector<Problem>& problems) {
    std::string lines;
    for (const Problem& problem : problems) {
        lines += lines.empty() ? "" : "\n";
        lines += problem_line(source, problem);
    }
    return core::Error{core::ErrorKind::BadInput, lines};
}

}  // namespace relaybench::scenario
