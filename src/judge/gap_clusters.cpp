#include "judge/gap_clusters.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "judge/paired_streams.h"
#include "result/gap_spread.h"
#include "stats/stratified_test.h"

namespace relaybench::judge {
namespace {

using result::StreamGaps;
using result::StreamSet;

/// Of the dealings that are drawn for few streams: the same data give the same p value.
constexpr std::uint64_t kSeed = 1;

struct Labelled {
    const StreamGaps* stream;
    bool other;
};

std::vector<Labelled> by_start(const StreamSet& base, const StreamSet& other) {
    const std::uint64_t limit = std::min(base.gaps_limit, other.gaps_limit);
    std::vector<Labelled> all;
    for (const StreamSet* set : {&base, &other}) {
        for (const StreamGaps& stream : set->gaps) {
            if (stream.ticket <= limit)
                all.push_back({&stream, set == &other});
        }
    }
    std::sort(all.begin(), all.end(), [](const Labelled& a, const Labelled& b) {
        return std::pair(a.stream->intended_us, a.stream->arrival) < std::pair(b.stream->intended_us, b.stream->arrival);
    });
    return all;
}

std::int64_t gap_cut(const result::Distribution& gaps, double q) {
    const auto quantile = gaps.quantile(q);
    const auto at = quantile && quantile->value ? *quantile->value : core::Duration::zero();
    return std::chrono::duration_cast<std::chrono::microseconds>(at).count();
}

}  // namespace

double gap_p_value(const StreamSet& base, const StreamSet& other, const result::Distribution& both, double q, result::Pairing pairing) {
    const std::vector<Labelled> streams = by_start(base, other);
    const std::int64_t cut = gap_cut(both, q);
    double above = 0;
    double all = 0;
    for (const Labelled& each : streams) {
        above += result::gaps_above(*each.stream, cut);
        all += static_cast<double>(each.stream->gaps.seen());
    }
    std::vector<stats::ScoredCluster> clusters;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        const StreamGaps& stream = *streams[i].stream;
        const double excess = result::gaps_above(stream, cut) - above / all * static_cast<double>(stream.gaps.seen());
        clusters.push_back({excess, streams[i].other, block_of(pairing, stream.arrival, base.arms, i)});
    }
    std::stable_sort(clusters.begin(), clusters.end(),
                     [](const stats::ScoredCluster& a, const stats::ScoredCluster& b) { return a.block < b.block; });
    return stats::clustered_p_value(clusters, kSeed);
}

}  // namespace relaybench::judge
