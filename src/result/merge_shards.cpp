#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/units.h"
#include "result/merge.h"

namespace relaybench::result {
namespace {

/// Shards that start further apart do not see the relay at the same time; their seconds do not line up.
constexpr core::Duration kTogether = std::chrono::seconds(2);

std::string shard_text(const Shard& shard) { return fmt::format("{}/{}", shard.index, shard.count); }

/// What one file has that no shard of this run may have; empty when nothing.
std::string unfitness(const NamedResult& first, const NamedResult& part) {
    const Provenance& provenance = part.result.provenance;
    if (!provenance.shards.empty())
        return fmt::format("{} is already merged from {} shards", part.name, provenance.shards.size());
    if (!provenance.shard)
        return fmt::format("{} is no shard: it was not played with --shard", part.name);
    if (first.result.provenance.shard && first.result.provenance.shard->count != provenance.shard->count) {
        return fmt::format("{} is shard {}, {} is shard {}: they are of different runs", part.name, shard_text(*provenance.shard),
                           first.name, shard_text(*first.result.provenance.shard));
    }
    if (first.result.provenance.seed != provenance.seed) {
        return fmt::format("{} was played with seed {}, {} with seed {}", part.name, provenance.seed, first.name,
                           first.result.provenance.seed);
    }
    return {};
}

std::string missing_text(std::vector<std::string> missing, std::uint32_t count) {
    constexpr std::size_t kMostNamed = 8;
    const bool is_one = missing.size() == 1;
    if (missing.size() > kMostNamed) {
        const std::size_t more = missing.size() - kMostNamed;
        missing.resize(kMostNamed);
        missing.push_back(fmt::format("and {} more", more));
    }
    return fmt::format("shard{} {} {} missing: give the files of all {} shards", is_one ? "" : "s", fmt::join(missing, ", "),
                       is_one ? "is" : "are", count);
}

/// Which shards are there twice, and which are missing.
std::vector<std::string> incompleteness(const std::vector<NamedResult>& parts) {
    std::vector<std::string> problems;
    std::map<std::uint32_t, std::string> names;
    const std::uint32_t count = parts.front().result.provenance.shard->count;
    for (const NamedResult& part : parts) {
        const Shard& shard = *part.result.provenance.shard;
        const auto [there, is_new] = names.emplace(shard.index, part.name);
        if (!is_new)
            problems.push_back(fmt::format("shard {} is there twice: {} and {}", shard_text(shard), there->second, part.name));
    }
    std::vector<std::string> missing;
    for (std::uint32_t index = 1; index <= count; ++index) {
        if (!names.contains(index))
            missing.push_back(shard_text({index, count}));
    }
    if (!missing.empty())
        problems.push_back(missing_text(missing, count));
    return problems;
}

core::Expected<void> check_shards(const std::vector<NamedResult>& parts) {
    std::vector<std::string> problems;
    for (const NamedResult& part : parts) {
        if (std::string problem = unfitness(parts.front(), part); !problem.empty())
            problems.push_back(std::move(problem));
    }
    if (problems.empty())
        problems = incompleteness(parts);
    if (!problems.empty())
        return core::bad_input(fmt::format("{}", fmt::join(problems, "\n")));
    return {};
}

MergedShard entry_of(const Provenance& provenance) {
    MergedShard entry;
    entry.index = provenance.shard->index;
    entry.host = provenance.host;
    entry.started_at = provenance.started_at;
    entry.duration = provenance.duration;
    entry.partial = provenance.partial;
    entry.stop_reason = provenance.stop_reason;
    return entry;
}

std::optional<Warning> apartness(const std::vector<MergedShard>& shards) {
    std::optional<core::WallTime> first;
    std::optional<core::WallTime> last;
    for (const MergedShard& shard : shards) {
        const auto at = core::parse_utc(shard.started_at);
        if (!at)
            return std::nullopt;
        first = first ? std::min(*first, *at) : *at;
        last = last ? std::max(*last, *at) : *at;
    }
    if (!first || *last - *first <= kTogether)
        return std::nullopt;
    return Warning{"shards_apart", fmt::format("The shards started up to {} apart.", core::human_duration(*last - *first)),
                   "give all of them the same --start-at; counts are right, but seconds of the series do not line up"};
}

}  // namespace

core::Expected<RunResult> merge_shards(const std::vector<NamedResult>& parts) {
    if (auto good = check_shards(parts); !good)
        return tl::unexpected<core::Error>(good.error());
    std::vector<NamedResult> sorted = parts;
    std::sort(sorted.begin(), sorted.end(), [](const NamedResult& a, const NamedResult& b) {
        return a.result.provenance.shard->index < b.result.provenance.shard->index;
    });
    auto merged = merge(sorted, Timing::AtOnce);
    if (!merged)
        return merged;
    for (const NamedResult& part : sorted)
        merged->provenance.shards.push_back(entry_of(part.result.provenance));
    if (auto warning = apartness(merged->provenance.shards))
        merged->warnings.push_back(*std::move(warning));
    return merged;
}

}  // namespace relaybench::result
