#include "cli/shard_flags.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "cli/output_spec.h"
#include "core/calendar.h"
#include "core/text.h"
#include "core/units.h"

namespace relaybench::cli {

namespace {

constexpr core::Duration kLongestWait = std::chrono::hours(24 * 7);
constexpr std::size_t kMostShown = 80;

core::Expected<core::WallTime> time_of(std::string_view text, core::WallTime now) {
    if (text.starts_with('+')) {
        const auto wait = core::parse_duration(text.substr(1));
        if (!wait) {
            return tl::unexpected(wait.error());
        }
        return now + *wait;
    }
    constexpr std::uint64_t kMostSeconds = 9'000'000'000;
    if (const auto seconds = core::parse_count(text); seconds && *seconds < kMostSeconds) {
        return core::WallTime(std::chrono::seconds(*seconds));
    }
    return core::parse_utc(text);
}

core::Expected<std::string> parse_journal(const std::string& path) {
    if (const auto problem = output_problem("--journal", path)) {
        return core::bad_input(*problem);
    }
    if (path == "-") {
        return core::bad_input(
            "--journal: want the name of a new file; a journal is read again after the run, which standard output cannot be");
    }
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error) && std::filesystem::file_size(path, error) > 0) {
        return core::bad_input(fmt::format("--journal: \"{}\" exists already; name a new file, a journal is never written over", path));
    }
    return path;
}

}  // namespace

core::Expected<result::Shard> parse_shard(std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto index = core::parse_count(text.substr(0, slash));
    const auto count = core::parse_count(slash == text.size() ? "" : text.substr(slash + 1));
    if (!index || !count) {
        return core::bad_input(fmt::format("--shard: \"{}\": want i/n such as 2/4", core::printable(text, kMostShown)));
    }
    if (*index < 1 || *index > *count || *count > result::kMaxShards) {
        return core::bad_input(fmt::format("--shard: \"{}\": want i/n with i of 1 … n and n of at most {}",
                                           core::printable(text, kMostShown), result::kMaxShards));
    }
    return result::Shard{static_cast<std::uint32_t>(*index), static_cast<std::uint32_t>(*count)};
}

core::Expected<core::WallTime> parse_start_at(std::string_view text, core::WallTime now) {
    const auto at = time_of(text, now);
    if (!at) {
        return core::bad_input(
            fmt::format("--start-at: {}; want a time such as 2026-11-21T04:15:00Z, seconds since 1970, or +10s", at.error().message));
    }
    if (*at < now) {
        return core::bad_input(
            fmt::format("--start-at: \"{}\" was {} ago", core::printable(text, kMostShown), core::human_duration(now - *at)));
    }
    if (*at - now > kLongestWait) {
        return core::bad_input(fmt::format("--start-at: \"{}\" is more than a week ahead", core::printable(text, kMostShown)));
    }
    return *at;
}

/// Rounds are runs of their own: neither a journal nor shards can hold them together.
core::Expected<double> parse_until_decided(const ShowFlags& flags) {
    const auto reach = core::parse_ratio(*flags.until_decided);
    if (!reach || *reach <= 0) {
        return core::bad_input(
            fmt::format("--until-decided: \"{}\" is no share above 0, such as 5%", core::printable(*flags.until_decided, 40)));
    }
    if (flags.journal || flags.shard) {
        return core::bad_input("--until-decided plays several rounds: give it without --journal and --shard");
    }
    return *reach;
}

core::Expected<Staging> parse_staging(const ShowFlags& flags, core::WallTime now) {
    Staging staging;
    std::string problems;
    const auto take = [&problems](const auto& parsed, auto& to) {
        if (parsed) {
            to = *parsed;
        } else {
            problems += (problems.empty() ? "" : "\n") + parsed.error().message;
        }
    };
    if (flags.shard) {
        take(parse_shard(*flags.shard), staging.shard);
    }
    if (flags.start_at) {
        take(parse_start_at(*flags.start_at, now), staging.start_at);
    }
    if (flags.until_decided) {
        take(parse_until_decided(flags), staging.until_decided);
    }
    if (flags.journal) {
        take(parse_journal(*flags.journal), staging.journal);
    }
    if (!problems.empty()) {
        return core::bad_input(problems);
    }
    return staging;
}

std::uint32_t streams_of_one(std::uint32_t streams, const Staging& staging) {
    const auto count = staging.shard ? staging.shard->count : 1;
    return streams / count + (streams % count > 0 ? 1 : 0);
}

}  // namespace relaybench::cli
