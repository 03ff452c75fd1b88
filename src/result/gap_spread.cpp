#include "result/gap_spread.h"

#include <algorithm>

namespace relaybench::result {
namespace {

constexpr std::size_t kFewestStreams = 20;

double design_effect(const std::vector<StreamGaps>& streams, std::int64_t cut_us) {
    double above = 0;
    double all = 0;
    for (const StreamGaps& stream : streams) {
        above += gaps_above(stream, cut_us);
        all += static_cast<double>(stream.gaps.seen());
    }
    const double share = above / all;
    double squares = 0;
    for (const StreamGaps& stream : streams) {
        const double excess = gaps_above(stream, cut_us) - share * static_cast<double>(stream.gaps.seen());
        squares += excess * excess;
    }
    const double by_chance = all * share * (1 - share);
    const auto count = static_cast<double>(streams.size());
    return by_chance > 0 ? std::max(1.0, squares * count / (count - 1) / by_chance) : 1.0;
}

}  // namespace

double gaps_above(const StreamGaps& stream, std::int64_t cut_us) {
    const auto values = stream.gaps.values_us();
    const auto above = std::count_if(values.begin(), values.end(), [cut_us](std::uint32_t us) { return us > cut_us; });
    return static_cast<double>(above) / static_cast<double>(values.size()) * static_cast<double>(stream.gaps.seen());
}

std::optional<GapSpread> gap_spread(const Distribution& gaps, const std::vector<StreamGaps>& streams) {
    if (streams.size() < kFewestStreams)
        return std::nullopt;
    GapSpread spread{streams.size(), {}};
    for (std::size_t i = 0; i < kComparedQuantiles.size(); ++i) {
        const auto quantile = gaps.quantile(kComparedQuantiles.at(i));
        const auto at = quantile && quantile->value ? *quantile->value : core::Duration::zero();
        spread.design_effect.at(i) = design_effect(streams, std::chrono::duration_cast<std::chrono::microseconds>(at).count());
    }
    return spread;
}

}  // namespace relaybench::result
