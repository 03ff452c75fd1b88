#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/output_spec.h"
#include "cli/saved_result.h"
#include "cli/show_flags.h"
#include "cli/show_result.h"
#include "cli/write_outputs.h"
#include "judge/gate.h"
#include "result/merge.h"

namespace relaybench::cli {

namespace {

struct MergeFlags {
    std::vector<std::string> files;
    ShowFlags show;
};

/// The sum of the shards, with a verdict of its own on the gates of their scenario.
core::Expected<result::RunResult> merged(const std::vector<std::string>& paths) {
    const auto parts = read_results(paths);
    if (!parts) {
        return tl::unexpected(parts.error());
    }
    auto sum = result::merge_shards(*parts);
    if (!sum) {
        return sum;
    }
    for (const auto& part : *parts) {
        sum->gates.insert(sum->gates.end(), part.result.gates.begin(), part.result.gates.end());
    }
    if (const auto judged = judge_again(*sum); !judged) {
        return tl::unexpected(judged.error());
    }
    return sum;
}

ExitCode merge(const MergeFlags& flags, const Context& context) {
    const auto outputs = parse_outputs(flags.show.outputs);
    if (!outputs) {
        return report_error(context, outputs.error());
    }
    const auto sum = merged(flags.files);
    if (!sum) {
        return report_error(context, sum.error());
    }
    show_result(*sum, {}, flags.show, context_for_people(*outputs, context));
    if (const auto written = write_outputs(*sum, *outputs, context); !written) {
        return report_error(context, written.error());
    }
    return exit_code_of(*sum);
}

}  // namespace

void add_merge_command(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("merge", "Add up the results of all shards of a run (--shard i/n), with one verdict");
    auto flags = std::make_shared<MergeFlags>();
    command->add_option("files", flags->files, "Results (--out json=PATH) or journals of all shards, in any order")->required();
    add_output_flag(*command, flags->show);
    command->add_flag("-q,--quiet", flags->show.quiet, "Only gates and verdicts");
    command->add_flag("-v,--verbose", flags->show.verbose, "Every metric that was observed");
    add_look_flags(*command, flags->show);
    command->footer(
        "Counts are added and quantiles taken from the sums, as if one process had played the plan. Example:\n"
        "  relaybench run smoke --shard 1/2 --start-at +5s --out json=1.json &\n"
        "  relaybench run smoke --shard 2/2 --start-at +5s --out json=2.json; wait\n"
        "  relaybench merge 1.json 2.json");
    command->callback([&invocation, flags] { invocation.action = [flags](const Context& context) { return merge(*flags, context); }; });
}

}  // namespace relaybench::cli
