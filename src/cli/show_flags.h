#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/output_spec.h"
#include "report/style.h"

namespace CLI {
class App;
}

namespace relaybench::cli {

/// How `run` and `compare` are carried out and shown; what is measured is the scenario's business.
struct ShowFlags {
    std::vector<std::string> outputs;  ///< --out
    std::uint32_t quiet = 0;
    std::uint32_t verbose = 0;
    std::uint32_t no_colour = 0;
    std::uint32_t ascii = 0;
    std::uint32_t trace = 0;
    std::uint32_t dry_run = 0;
    std::uint32_t yes = 0;
    std::optional<std::string> until_decided;  ///< of `compare`
    std::optional<std::string> shard;          ///< --shard
    std::optional<std::string> start_at;       ///< --start-at
    std::optional<std::string> journal;        ///< --journal
};

void add_show_flags(CLI::App& app, ShowFlags& flags);
/// --no-color and --ascii.
void add_look_flags(CLI::App& app, ShowFlags& flags, const std::string& group = "Options");
/// --out.
void add_output_flag(CLI::App& app, ShowFlags& flags, const std::string& group = "Options");

[[nodiscard]] inline report::Detail detail_of(const ShowFlags& flags) {
    if (flags.quiet > 0) {
        return report::Detail::Quiet;
    }
    return flags.verbose > 0 ? report::Detail::Verbose : report::Detail::Normal;
}

}  // namespace relaybench::cli
