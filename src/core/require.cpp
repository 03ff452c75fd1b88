#include "core/require.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace relaybench::core {

void stop_for_bug(const char* what, const char* file, int line) {
    fmt::print(stderr, "relaybench: bug at {}:{}: {}\n", file, line, what);
    std::abort();
}

}  // namespace relaybench::core
