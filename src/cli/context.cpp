#include "cli/context.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "core/text.h"
#include "core/units.h"
#include "report/plain_ascii.h"

namespace relaybench::cli {

namespace {

using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The first of these variables that is set decides (POSIX).
bool is_utf8(const Environment& environment) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (const auto value = environment(name); value && !value->empty()) {
            const std::string locale = core::lowercase(*value);
            return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
        }
    }
    return true;
}

}  // namespace

ExitCode report_error(const Context& context, const core::Error& error) {
    for (const auto line : core::split(error.message, '\n')) {
        context.err << "relaybench: " << for_locale(line, context.err_traits) << '\n';
    }
    context.err.flush();
    return error.kind == core::ErrorKind::BadInput ? ExitCode::BadInput : ExitCode::Bug;
}

std::string for_locale(std::string_view text, const TerminalTraits& traits) {
    return traits.unicode ? std::string(text) : report::as_ascii(text);
}

Context with_reports_on_stderr(const Context& context) {
    return {context.clock, context.err, context.err, context.err_traits, context.err_traits, context.environment};
}

bool is_reader_gone() {
    pollfd standard_output{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&standard_output, 1, 0) == 1 && (standard_output.revents & POLLERR) != 0;
}

TerminalTraits terminal_traits(int descriptor, const std::function<std::optional<std::string>(const std::string&)>& environment) {
    TerminalTraits traits;
    traits.is_terminal = isatty(descriptor) == 1;
    winsize size{};
    if (traits.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        traits.columns = size.ws_col;
        traits.sized = true;
    }
    // A terminal knows its width best; where there is none, the variable of POSIX may say it.
    constexpr std::uint64_t kNarrowest = 40;
    constexpr std::uint64_t kWidest = 400;
    if (const auto columns = core::parse_count(environment("COLUMNS").value_or("")); !traits.is_terminal && columns) {
        traits.columns = static_cast<unsigned>(std::clamp(*columns, kNarrowest, kWidest));
        traits.sized = true;
    }
    traits.unicode = is_utf8(environment);
    const bool refused = !environment("NO_COLOR").value_or("").empty() || environment("TERM").value_or("") == "dumb";
    traits.colour = traits.is_terminal && !refused;
    return traits;
}

}  // namespace relaybench::cli
