#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <memory>

#include <fmt/format.h>

#include "cli/calibrate.h"
#include "cli/calibration_plan.h"
#include "cli/command.h"
#include "cli/host_limits.h"
#include "cli/output_spec.h"
#include "cli/write_outputs.h"
#include "core/file.h"
#include "core/text.h"
#include "report/calibration.h"

namespace relaybench::cli {

namespace {

constexpr std::array<std::string_view, 2> kTableFormats{"table", "markdown"};
constexpr unsigned kWidestTable = 160;

struct CalibrateFlags {
    CalibrationFlags plan;
    std::vector<std::string> outputs;
    std::string format = "table";
    std::uint32_t quiet = 0;
    std::uint32_t no_colour = 0;
    std::uint32_t ascii = 0;
    std::uint32_t dry_run = 0;
};

/// Everything that was asked for, once nothing is wrong with it.
struct CalibrateOrder {
    CalibrationPlan plan;
    std::vector<OutputSpec> outputs;
};

core::Expected<void> check_format(const std::string& format) {
    if (std::find(kTableFormats.begin(), kTableFormats.end(), format) == kTableFormats.end()) {
        return core::bad_input(fmt::format("--format: unknown \"{}\"{}; want {}", format, core::did_you_mean(format, kTableFormats),
                                           core::listed(kTableFormats)));
    }
    return {};
}

core::Expected<std::vector<OutputSpec>> json_outputs(const std::vector<std::string>& texts) {
    auto outputs = parse_outputs(texts);
    if (outputs && std::any_of(outputs->begin(), outputs->end(), [](const auto& out) { return out.format != OutputFormat::Json; })) {
        return core::bad_input("--out: a calibration is written as JSON only; want json=PATH");
    }
    return outputs;
}

/// The load that needs the most descriptors decides for all.
core::Expected<void> check_plan_fits(const CalibrationPlan& plan) {
    const auto largest =
        std::max_element(plan.loads.begin(), plan.loads.end(), [](const auto& a, const auto& b) { return a.streams < b.streams; });
    return check_descriptors(calibration_scenario(plan, *largest), descriptor_limit());
}

core::Expected<CalibrateOrder> order_of(const CalibrateFlags& flags) {
    std::string problems;
    const auto note = [&problems](const auto& result) {
        if (!result) {
            problems += (problems.empty() ? "" : "\n") + result.error().message;
        }
    };
    auto plan = plan_calibration(flags.plan);
    auto outputs = json_outputs(flags.outputs);
    note(plan);
    note(plan ? check_plan_fits(*plan) : core::Expected<void>{});
    note(outputs);
    note(check_format(flags.format));
    if (!problems.empty()) {
        return core::bad_input(problems);
    }
    return CalibrateOrder{std::move(*plan), std::move(*outputs)};
}

void show_calibration(const result::Calibration& calibration, const CalibrateFlags& flags, const Context& context) {
    TerminalTraits traits = context.out_traits;
    traits.unicode = traits.unicode && flags.ascii == 0;
    if (flags.format == "markdown") {
        context.out << for_locale(report::calibration_markdown(calibration), traits) << std::flush;
        return;
    }
    report::Layout layout;
    layout.width = std::min(context.out_traits.columns, kWidestTable);
    if (context.out_traits.colour && flags.no_colour == 0) {
        layout.palette = report::Palette::ansi();
    }
    // Its signs have plain ones of the same width.
    context.out << for_locale(report::calibration_table(calibration, layout), traits) << std::flush;
}

ExitCode exit_code_of(const Calibrated& done) {
    if (done.signal) {
        return *done.signal == SIGTERM ? ExitCode::Terminated : ExitCode::Interrupted;
    }
    const auto& runs = done.calibration.runs;
    const bool trusted = std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run.saturated_by.empty(); });
    return trusted ? ExitCode::Done : ExitCode::Inconclusive;
}

ExitCode carry_out(const CalibrateFlags& flags, const Context& context) {
    const auto order = order_of(flags);
    if (!order) {
        return report_error(context, order.error());
    }
    if (flags.dry_run > 0) {
        context_for_people(order->outputs, context).out << plan_text(order->plan) << std::flush;
        return ExitCode::Done;
    }
    const auto done = calibrate(order->plan, flags.quiet > 0 ? Chatter::None : Chatter::Progress, context);
    if (!done) {
        return report_error(context, done.error());
    }
    show_calibration(done->calibration, flags, context_for_people(order->outputs, context));
    for (const auto& output : order->outputs) {
        if (output.to_stdout()) {
            context.out << result::calibration_json(done->calibration) << std::flush;
        } else if (const auto written = core::write_file_atomically(output.path, result::calibration_json(done->calibration)); !written) {
            return report_error(context, written.error());
        }
    }
    return exit_code_of(*done);
}

void add_flags(CLI::App& command, CalibrateFlags& flags) {
    auto& plan = flags.plan;
    command.add_option("-c,--streams", plan.streams, "Streams at once; repeatable (100 and 1000)");
    command.add_option("--rate", plan.rates, "Chunks a second of each stream; repeatable (20; without --streams also 100)");
    command.add_option("--dialect", plan.dialects, "A streaming dialect, see run --help; repeatable (chat-sse and stream-ws)");
    command.add_flag("--tls", plan.tls, "Over TLS, with a certificate made for this run and verified; with --no-tls: both");
    command.add_flag("--no-tls", plan.no_tls, "Not over TLS");
    command.add_option("-d,--duration", plan.duration, "How long each load is played (6s)");
    command.add_option("--workers", plan.workers, "Worker threads (1)");
    command.add_option("--out", flags.outputs, "Write the rows: json=PATH; json=- to standard output, the table then to standard error");
    command.add_option("--format", flags.format, "table or markdown")->capture_default_str();
    command.add_flag("-q,--quiet", flags.quiet, "No progress");
    command.add_flag("--no-color", flags.no_colour, "No colours (NO_COLOR does the same)");
    command.add_flag("--ascii", flags.ascii, "Plain characters in place of signs such as µ");
    command.add_flag("--dry-run", flags.dry_run, "Show what would be played; play nothing");
}

}  // namespace

void add_calibrate_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("calibrate", "Measure our own stamps against an embedded relay: how far off are ttft and gap here?");
    auto flags = std::make_shared<CalibrateFlags>();
    add_flags(*command, *flags);
    command->footer(
        "Every number of streams is played at every rate over every dialect; all defaults together take about a minute.\n"
        "Examples:\n"
        "  relaybench calibrate\n"
        "  relaybench calibrate --streams 1000 --rate 100 -d 8s --dialect chat-sse --tls --no-tls --format markdown");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return carry_out(*flags, context); }; });
}

}  // namespace relaybench::cli
