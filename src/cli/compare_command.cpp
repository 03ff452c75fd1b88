#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/play.h"
#include "cli/run_flags.h"
#include "cli/show_flags.h"
#include "cli/target.h"

namespace relaybench::cli {

namespace {

struct CompareFlags {
    ScenarioFlags scenario;
    ShowFlags show;
};

ExitCode compare(const CompareFlags& flags, const Context& context) {
    auto scenario = scenario_of_targets(flags.scenario.targets, context);
    if (!scenario) {
        return report_error(context, scenario.error());
    }
    if (const auto applied = apply_flags(flags.scenario, *scenario); !applied) {
        return report_error(context, applied.error());
    }
    if (scenario->relays.size() < 2) {
        return report_error(context, {core::ErrorKind::BadInput,
                                      "compare needs at least two relays, such as: relaybench compare embedded:fast embedded:slow"});
    }
    return play(*scenario, flags.show, context);
}

}  // namespace

void add_compare_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("compare", "Measure relays side by side, in turns: is B really better than A?");
    auto flags = std::make_shared<CompareFlags>();
    command->add_option("targets", flags->scenario.targets,
                        "Relays ([NAME=]URL or embedded[:PROFILE], with ,key=value options), or one scenario of several");
    add_scenario_flags(*command, flags->scenario);
    add_show_flags(*command, flags->show);
    command->footer(
        "The first relay is what the others are compared with. Examples:\n"
        "  relaybench compare embedded:fast embedded:slow -c 20 -d 10s\n"
        "  relaybench compare old=https://a.example/v1,key_env=KEY_A new=https://b.example/v1,key_env=KEY_B --rate 5/s -d 2m");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return compare(*flags, context); }; });
}

}  // namespace relaybench::cli
