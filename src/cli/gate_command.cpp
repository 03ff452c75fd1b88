#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/saved_result.h"
#include "cli/show_flags.h"
#include "cli/show_result.h"
#include "judge/gate.h"

namespace relaybench::cli {

namespace {

struct GateFlags {
    std::string result;
    std::vector<std::string> gates;
    ShowFlags show;
};

ExitCode judge_saved(const GateFlags& flags, const Context& context) {
    auto result = read_result(flags.result);
    if (!result) {
        return report_error(context, result.error());
    }
    std::vector<std::string> arms;
    for (const auto& arm : result->arms) {
        arms.push_back(arm.name);
    }
    const auto gates = judge::parse_gates(flags.gates, arms);
    if (!gates) {
        return report_error(context, gates.error());
    }
    result->gates = judge::judge_gates(*gates, *result);
    ShowFlags show = flags.show;
    show.quiet = 1;
    show_result(*result, {}, show, context);
    return static_cast<ExitCode>(judge::exit_code(result->gates));
}

}  // namespace

void add_gate_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("gate", "Judge limits on a saved result: did we stay inside?");
    auto flags = std::make_shared<GateFlags>();
    command->add_option("result", flags->result, "File written by --out json=PATH, or a journal (--journal PATH)")->required();
    command->add_option("--gate", flags->gates, "Limit such as 'ttft.p99 < 800ms'; repeatable")->required();
    add_look_flags(*command, flags->show);
    command->callback(
        [&invocation, flags] { invocation.action = [flags](const Context& context) { return judge_saved(*flags, context); }; });
}

}  // namespace relaybench::cli
