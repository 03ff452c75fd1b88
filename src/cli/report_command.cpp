#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.h"
#include "cli/output_spec.h"
#include "cli/saved_result.h"
#include "cli/show_flags.h"
#include "cli/show_result.h"
#include "cli/write_outputs.h"

namespace relaybench::cli {

namespace {

struct ReportFlags {
    std::string result;
    ShowFlags show;
};

ExitCode show_saved(const ReportFlags& flags, const Context& context) {
    const auto outputs = parse_outputs(flags.show.outputs);
    if (!outputs) {
        return report_error(context, outputs.error());
    }
    const auto result = read_result(flags.result);
    if (!result) {
        return report_error(context, result.error());
    }
    show_result(*result, {}, flags.show, context_for_people(*outputs, context));
    if (const auto written = write_outputs(*result, *outputs, context); !written) {
        return report_error(context, written.error());
    }
    return ExitCode::Done;
}

}  // namespace

void add_report_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("report", "Show a saved result again, or write it in another format");
    auto flags = std::make_shared<ReportFlags>();
    command->add_option("result", flags->result, "File written by --out json=PATH, or a journal (--journal PATH)")->required();
    add_output_flag(*command, flags->show);
    command->add_flag("-v,--verbose", flags->show.verbose, "Every metric that was observed");
    add_look_flags(*command, flags->show);
    command->callback(
        [&invocation, flags] { invocation.action = [flags](const Context& context) { return show_saved(*flags, context); }; });
}

}  // namespace relaybench::cli
