#pragma once

#include <functional>

#include "cli/context.h"

namespace CLI {
class App;
}

namespace relaybench::cli {

/// What a parsed command line asks for; set by the callback of the subcommand that was named.
struct Invocation {
    std::function<ExitCode(const Context&)> action;
};

// One function a command, in a file of its own: adds the subcommand with its flags; when it is named, `invocation` gets its action.
void add_run_command(CLI::App& app, Invocation& invocation);
void add_compare_command(CLI::App& app, Invocation& invocation);
void add_gate_command(CLI::App& app, Invocation& invocation);
void add_report_command(CLI::App& app, Invocation& invocation);
void add_merge_command(CLI::App& app, Invocation& invocation);
void add_relay_command(CLI::App& app, Invocation& invocation);
void add_calibrate_command(CLI::App& app, Invocation& invocation);
void add_scenarios_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);

/// Parses the arguments and carries out the command. Never throws.
[[nodiscard]] ExitCode run_command_line(int argc, const char* const* argv, const Context& context);

}  // namespace relaybench::cli
