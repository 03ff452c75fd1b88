#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "cli/exit_code.h"
#include "core/clock.h"
#include "core/error.h"

namespace relaybench::cli {

/// What a stream of ours is connected to.
struct TerminalTraits {
    bool is_terminal = false;
    unsigned columns = 80;
    bool sized = false;   ///< somebody has said how wide it is: a terminal, or COLUMNS
    bool unicode = true;  ///< the locale's characters are UTF-8, or nothing says what they are
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

/// The text in characters that the locale has.
[[nodiscard]] std::string for_locale(std::string_view text, const TerminalTraits& traits);

/// Prints the error's lines, each after "relaybench: ", and gives its exit code.
ExitCode report_error(const Context& context, const core::Error& error);

/// The same surroundings with everything for people on standard error, for a standard output that carries a document.
[[nodiscard]] Context with_reports_on_stderr(const Context& context);

/// Whether the reader of standard output went away, as `head` does when it has seen enough.
[[nodiscard]] bool is_reader_gone();

/// What standard output or error (by descriptor) is connected to.
[[nodiscard]] TerminalTraits terminal_traits(int descriptor,
                                             const std::function<std::optional<std::string>(const std::string&)>& environment);

}  // namespace relaybench::cli
