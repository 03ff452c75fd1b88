#include <CLI/CLI.hpp>
#include <memory>

#include <fmt/format.h>

#include "cli/command.h"
#include "scenario/ready.h"
#include "scenario/scenario_yaml.h"
#include "scenario/schema_json.h"

namespace relaybench::cli {

namespace {

struct ScenariosFlags {
    std::string name;
    std::uint32_t schema = 0;
};

ExitCode list_all(const Context& context) {
    for (const auto& ready : scenario::ready_scenarios()) {
        const auto scenario = scenario::read_scenario(ready.yaml, ready.name, {});
        if (!scenario) {
            return report_error(context, {core::ErrorKind::Failure, scenario.error().message});
        }
        context.out << fmt::format("{:<16} {}{}\n", ready.name, scenario->question, scenario->needs_key ? " (needs a key)" : "");
    }
    context.out
        << "\nRun one with: relaybench run NAME (compare NAME when it has several relays). Show its file: relaybench scenarios NAME\n"
        << std::flush;
    return ExitCode::Done;
}

ExitCode show_one(const std::string& name, const Context& context) {
    std::vector<std::string_view> known;
    for (const auto& ready : scenario::ready_scenarios()) {
        if (ready.name == name) {
            context.out << ready.yaml << std::flush;
            return ExitCode::Done;
        }
        known.push_back(ready.name);
    }
    return report_error(context,
                        {core::ErrorKind::BadInput, fmt::format("no ready scenario \"{}\"; there are {}", name, fmt::join(known, ", "))});
}

ExitCode scenarios(const ScenariosFlags& flags, const Context& context) {
    if (flags.schema > 0) {
        context.out << scenario::scenario_schema() << std::flush;
        return ExitCode::Done;
    }
    return flags.name.empty() ? list_all(context) : show_one(flags.name, context);
}

}  // namespace

void add_scenarios_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("scenarios", "List the ready scenarios with the question that each answers, or show one");
    auto flags = std::make_shared<ScenariosFlags>();
    command->add_option("name", flags->name, "Show the file of this one");
    command->add_flag("--schema", flags->schema, "Print the JSON Schema of scenario files");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return scenarios(*flags, context); }; });
}

}  // namespace relaybench::cli
