#include "core/require.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace relaybench::core {

void stop_for_bug(const char* what, const std::source_location& where) {
    fmt::print(stderr, "relaybench: bug at {}:{} ({}): {}\n", where.file_name(), where.line(), where.function_name(), what);
    std::abort();
}

}  // namespace relaybench::core
