#include "cli/show_flags.h"

#include <CLI/CLI.hpp>

namespace relaybench::cli {

void add_look_flags(CLI::App& app, ShowFlags& flags, const std::string& group) {
    app.add_flag("--no-color", flags.no_colour, "No colours (NO_COLOR does the same)")->group(group);
    app.add_flag("--ascii", flags.ascii, "Plain characters in place of signs such as ± and × (a locale without UTF-8 does the same)")
        ->group(group);
}

void add_output_flag(CLI::App& app, ShowFlags& flags, const std::string& group) {
    app.add_option("--out", flags.outputs,
                   "Write the result: json=PATH, csv=PATH or hlog=PATH; repeatable. One PATH may be - for standard output: "
                   "the tables then go to standard error")
        ->group(group);
}

void add_show_flags(CLI::App& app, ShowFlags& flags) {
    const auto* group = "Output";
    add_output_flag(app, flags, group);
    app.add_option("--journal", flags.journal, "Append every second of the run to this new file: what a crash leaves behind, report reads")
        ->group(group);
    app.add_flag("-q,--quiet", flags.quiet, "Only gates and verdicts; no progress")->group(group);
    app.add_flag("-v,--verbose", flags.verbose, "Every metric that was observed")->group(group);
    add_look_flags(app, flags, group);
    app.add_flag("--trace", flags.trace, "Show one stream as a timeline (with -c 1 -n 1)")->group(group);
    app.add_flag("--dry-run", flags.dry_run, "Show plan, streams, tokens and cost at most; send nothing")->group(group);
    app.add_flag("--yes", flags.yes, "Allow more than 1,000 streams against a public host")->group(group);
    const auto* shards = "Shards";
    app.add_option("--shard", flags.shard, "Play part i of n, such as 2/4; the results of all n are put together by relaybench merge")
        ->group(shards);
    app.add_option("--start-at", flags.start_at, "Wait until then: 2026-11-21T04:15:00Z, seconds since 1970, or +10s")->group(shards);
}

}  // namespace relaybench::cli
