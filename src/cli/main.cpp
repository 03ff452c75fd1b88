#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "cli/command.h"
#include "core/clock.h"

namespace {

/// A standard descriptor that is closed would be given to the next file or connection, and what is printed would go there. Opened for
/// reading only, so that what is written to it fails and is reported.
void occupy_standard_descriptors() {
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (fcntl(descriptor, F_GETFD) == -1) {
            static_cast<void>(open("/dev/null", O_RDONLY));  // takes the lowest free number, which is this one
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    occupy_standard_descriptors();
    // A reader of ours that went away is an error of that write, not the end of the process.
    std::signal(SIGPIPE, SIG_IGN);
    const relaybench::core::SystemClock clock;
    const auto environment = [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): before any thread is started
        return value == nullptr ? std::nullopt : std::optional<std::string>(value);
    };
    const relaybench::cli::Context context{clock,
                                           std::cout,
                                           std::cerr,
                                           relaybench::cli::terminal_traits(STDOUT_FILENO, environment),
                                           relaybench::cli::terminal_traits(STDERR_FILENO, environment),
                                           environment};
    return static_cast<int>(relaybench::cli::run_command_line(argc, argv, context));
}
