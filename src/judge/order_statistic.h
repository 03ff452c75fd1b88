#pragma once

#include <cstdint>
#include <optional>

namespace relaybench::judge {

/// Ranks (1-based) between which the q-quantile of the population lies with a confidence of at least `confidence`, whatever its
/// distribution: the binomial limits of David & Nagaraja, Order Statistics, 3rd ed., 7.1. `count` independent values.
struct RankInterval {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};

/// nullopt when `count` is too small for any such interval. `q` and `confidence` lie strictly between 0 and 1.
[[nodiscard]] std::optional<RankInterval> quantile_ranks(std::uint64_t count, double q, double confidence);

/// The same without the surplus confidence that whole ranks leave: ranks between two values, where the tail probabilities interpolated
/// between neighbouring ranks are exactly (1 − confidence) / 2 (Hettmansperger and Sheather 1986, "Confidence intervals based on
/// interpolated order statistics"; here with linear weights).
struct InterpolatedRanks {
    double low = 0;
    double high = 0;
};
[[nodiscard]] std::optional<InterpolatedRanks> interpolated_quantile_ranks(std::uint64_t count, double q, double confidence);

/// The smallest count for which quantile_ranks() gives an interval: p50 6, p90 36, p99 368 at 95 %.
[[nodiscard]] std::uint64_t count_needed(double q, double confidence);

}  // namespace relaybench::judge
