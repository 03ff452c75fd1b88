#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "cli/exit_code.h"
#include "core/clock.h"
#include "core/error.h"

namespace relaybench::cli {

/// What a stream of ours is connected to.
struct TerminalTraits {
    bool is_terminal = false;
    unsigned columns = 80;
    bool colour = false;  ///< a terminal, and neither NO_COLOR nor TERM=dumb
};

/// The process's surroundings, built by main and handed down; results go to `out`, everything else to `err`.
struct Context {
    const core::Clock& clock;
    std::ostream& out;
    std::ostream& err;
    TerminalTraits out_traits;
    TerminalTraits err_traits;
    std::function<std::optional<std::string>(const std::string&)> environment;
};

/// Prints the error's lines, each after "relaybench: ", and gives its exit code.
ExitCode report_error(const Context& context, const core::Error& error);

/// Whether the reader of standard output went away, as `head` does when it has seen enough.
[[nodiscard]] bool is_reader_gone();

/// What standard output or error (by descriptor) is connected to.
[[nodiscard]] TerminalTraits terminal_traits(int descriptor,
                                             const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace relaybench::cli
