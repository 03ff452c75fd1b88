#pragma once

namespace relaybench::core {

/// Prints the place and `what` to stderr and aborts.
[[noreturn]] void stop_for_bug(const char* what, const char* file, int line);

/// An assertion that is on in every build: for a bug of the caller, never for input or for what a relay sends. `file` and `line` are those
/// of the caller (std::source_location of our standard library is not known to every clang that reads this).
inline void require(bool holds, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (!holds) [[unlikely]] {
        stop_for_bug(what, file, line);
    }
}

}  // namespace relaybench::core
