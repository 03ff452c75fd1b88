#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace relaybench::scenario {

/// A place in a text file, counted from 1; line 0 when the value did not come from a file.
struct Mark {
    int line = 0;
    int column = 0;
};

/// One thing that is wrong with a scenario. `message` is one line: what is wrong, what would be accepted.
struct Problem {
    Mark mark;
    std::string path;  ///< "load.rate", "relays[1].url"; empty: the whole file
    std::string message;
};

/// `file:line:column: path: message`; parts that are not known are left out.
[[nodiscard]] std::string problem_line(std::string_view source, const Problem& problem);

/// All problems as one BadInput error, a line each.
[[nodiscard]] core::Error problems_error(std::string_view source, const std::vector<Problem>& problems);

}  // namespace relaybench::scenario
