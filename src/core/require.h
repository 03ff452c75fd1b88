#pragma once

#include <source_location>

namespace relaybench::core {

/// Prints the place and `what` to stderr and aborts.
[[noreturn]] void stop_for_bug(const char* what, const std::source_location& where);

/// An assertion that is on in every build: for a bug of the caller, never for input or for what a relay sends.
inline void require(bool holds, const char* what, const std::source_location& where = std::source_location::current()) {
    if (!holds) [[unlikely]] {
        stop_for_bug(what, where);
    }
}

}  // namespace relaybench::core
