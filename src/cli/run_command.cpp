#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/play.h"
#include "cli/run_flags.h"
#include "cli/show_flags.h"
#include "cli/target.h"

namespace relaybench::cli {

namespace {

struct RunFlags {
    ScenarioFlags scenario;
    ShowFlags show;
};

ExitCode run(const RunFlags& flags, const Context& context) {
    auto scenario = scenario_of_targets(flags.scenario.targets, context);
    if (!scenario) {
        return report_error(context, scenario.error());
    }
    const auto relays_of = name_a_scenario(flags.scenario.targets) ? RelaysOf::Scenario : RelaysOf::CommandLine;
    if (const auto applied = apply_flags(flags.scenario, *scenario, relays_of); !applied) {
        return report_error(context, applied.error());
    }
    return play(*scenario, flags.show, context);
}

}  // namespace

void add_run_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("run", "Measure a relay: how fast and how steady are its streams?");
    auto flags = std::make_shared<RunFlags>();
    command->add_option("target", flags->scenario.targets, "Scenario file or name, embedded[:PROFILE], configured relay, or URL");
    add_scenario_flags(*command, flags->scenario);
    add_show_flags(*command, flags->show);
    command->footer(
        "Examples:\n"
        "  relaybench run embedded:fast -c 20 -d 10s\n"
        "  relaybench run smoke\n"
        "  relaybench run --url https://relay.example/v1 --key-env RELAY_API_KEY -c 5 -n 20 --gate 'ttft.p99 < 800ms'");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return run(*flags, context); }; });
}

}  // namespace relaybench::cli
