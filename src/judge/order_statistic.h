#pragma once

#include <cstdint>
#include <optional>

namespace relaybench::judge {

/// Ranks (1-based, between two values where they are no whole numbers) between which the q-quantile of the population lies with a
/// confidence of `confidence`, whatever its distribution: the binomial limits of David & Nagaraja, Order Statistics, 3rd ed., 7.1, without the
/// surplus confidence that whole ranks leave: the tail probabilities, interpolated between neighbouring ranks, are exactly
/// (1 − confidence) / 2 (Hettmansperger and Sheather 1986, "Confidence intervals based on interpolated order statistics"; here with linear
/// weights).
struct RankInterval {
    double low = 0;
    double high = 0;
};

/// nullopt when `count` independent values are too few for any such interval. `q` and `confidence` lie strictly between 0 and 1.
[[nodiscard]] std::optional<RankInterval> quantile_ranks(std::uint64_t count, double q, double confidence);

/// The smallest count for which quantile_ranks() gives an interval: p50 6, p90 36, p99 368 at 95 %.
[[nodiscard]] std::uint64_t count_needed(double q, double confidence);

}  // namespace relaybench::judge
