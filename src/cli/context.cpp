#include "cli/context.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "core/text.h"

namespace relaybench::cli {

ExitCode report_error(const Context& context, const core::Error& error) {
    for (const auto line : core::split(error.message, '\n')) {
        context.err << "relaybench: " << line << '\n';
    }
    context.err.flush();
    return error.kind == core::ErrorKind::BadInput ? ExitCode::BadInput : ExitCode::Bug;
}

TerminalTraits terminal_traits(int descriptor, const std::function<std::optional<std::string>(const std::string&)>& environment) {
    TerminalTraits traits;
    traits.is_terminal = isatty(descriptor) == 1;
    winsize size{};
    if (traits.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        traits.columns = size.ws_col;
    }
    const bool refused = !environment("NO_COLOR").value_or("").empty() || environment("TERM").value_or("") == "dumb";
    traits.colour = traits.is_terminal && !refused;
    return traits;
}

}  // namespace relaybench::cli
