#include <CLI/CLI.hpp>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/compare_saved.h"
#include "cli/play.h"
#include "cli/run_flags.h"
#include "cli/show_flags.h"
#include "cli/target.h"

namespace relaybench::cli {

namespace {

struct CompareFlags {
    ScenarioFlags scenario;
    ShowFlags show;
    std::uint32_t force = 0;
};

/// Saved results, if that is what is compared: all targets or none.
core::Expected<bool> are_saved(const std::vector<std::string>& targets) {
    std::string saved;
    std::string other;
    for (const auto& target : targets) {
        (is_saved_result(target) ? saved : other) = target;
    }
    if (!saved.empty() && !other.empty()) {
        return core::bad_input(fmt::format("\"{}\" is a saved result and \"{}\" is not: compare either results or relays", saved, other));
    }
    if (!saved.empty() && targets.size() == 1) {
        return core::bad_input(fmt::format("\"{}\" is one saved result: give another, or see it again with: relaybench report", saved));
    }
    return !saved.empty();
}

ExitCode compare(const CompareFlags& flags, const Context& context) {
    const auto saved = are_saved(flags.scenario.targets);
    if (!saved) {
        return report_error(context, saved.error());
    }
    if (*saved) {
        return compare_saved({flags.scenario.targets, flags.scenario.gates, flags.force}, flags.show, context);
    }
    auto scenario = scenario_of_targets(flags.scenario.targets, context);
    if (!scenario) {
        return report_error(context, scenario.error());
    }
    const auto relays_of = name_a_scenario(flags.scenario.targets) ? RelaysOf::Scenario : RelaysOf::CommandLine;
    if (const auto applied = apply_flags(flags.scenario, *scenario, relays_of); !applied) {
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
                        "Relays ([NAME=]URL or embedded[:PROFILE], with ,key=value options), one scenario of several, or saved results");
    command
        ->add_option("--until-decided", flags->show.until_decided,
                     "Play on, in rounds, until the change of ttft.p99 is known to within this share to either side, such as 5%; "
                     "exit code 98 when -n streams each, or -d in all (10m), were not enough")
        ->type_name("SHARE");
    command->add_flag("--force", flags->force, "Compare saved results that were not measured alike");
    add_scenario_flags(*command, flags->scenario);
    add_show_flags(*command, flags->show);
    command->footer(
        "The first relay is what the others are compared with. Examples:\n"
        "  relaybench compare embedded:fast embedded:slow -c 20 -d 10s\n"
        "  relaybench compare old=https://a.example/v1,key_env=KEY_A new=https://b.example/v1,key_env=KEY_B --rate 5/s -d 2m\n"
        "  relaybench compare monday.json tuesday.json");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return compare(*flags, context); }; });
}

}  // namespace relaybench::cli
