#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/show_flags.h"
#include "core/clock.h"
#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::cli {

/// `--shard i/n`, such as "2/4".
[[nodiscard]] core::Expected<result::Shard> parse_shard(std::string_view text);

/// `--start-at`: a time in UTC (RFC 3339), seconds since 1970, or how long from `now` on ("+10s"). Refuses what is past, and what is more than a
/// week ahead: a slip of the pen must not wait for years.
[[nodiscard]] core::Expected<core::WallTime> parse_start_at(std::string_view text, core::WallTime now);

/// How a run is staged: as which part of the plan, from when on, and with which journal.
struct Staging {
    std::optional<result::Shard> shard;
    std::optional<core::WallTime> start_at;
    std::string journal;                  ///< empty: none
    std::optional<double> until_decided;  ///< half width of the interval that ends a comparison
};

/// All problems at once. The journal must be a new file in a folder that exists.
[[nodiscard]] core::Expected<Staging> parse_staging(const ShowFlags& flags, core::WallTime now);

/// Streams of a closed loop that one process keeps open at most.
[[nodiscard]] std::uint32_t streams_of_one(std::uint32_t streams, const Staging& staging);

}  // namespace relaybench::cli
