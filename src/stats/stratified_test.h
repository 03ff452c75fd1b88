#pragma once

#include <cstdint>
#include <span>

namespace relaybench::stats {

/// Observations of two arms that were made under the same conditions, so that without a difference between the arms every way of dealing
/// the labels among them is equally likely: how many each arm has, and how many of those lie above a cut.
struct Stratum {
    std::uint64_t base = 0;
    std::uint64_t other = 0;
    std::uint64_t base_above = 0;
    std::uint64_t other_above = 0;
};

/// Two-sided permutation p value of "the other arm has as many above the cut as the base arm": the probability that re-dealing the labels
/// within each stratum moves the other arm's number above the cut as far from its expectation as it is, or farther. Conditional on the
/// strata's sums it is hypergeometric in each (Cochran 1954; Mantel and Haenszel 1959). Exact by convolution while the number can take at
/// most some thousands of values; beyond that by the normal distribution with continuity correction, whose error is then far below 0.001.
/// 1 when no dealing can change anything.
[[nodiscard]] double stratified_p_value(std::span<const Stratum> strata);

/// One cluster of dependent observations (the gaps of a stream) with its score: how much more of them lie above the cut than expected.
struct ScoredCluster {
    double score = 0;
    bool other = false;       ///< belongs to the other arm
    std::uint64_t block = 0;  ///< clusters of one block may trade labels; equal blocks stand side by side
};

/// The same for clusters with any scores: how far the sum of the other arm's scores lies from what re-dealing gives. By the normal
/// distribution with the exact permutation variance; for fewer than some hundred clusters by drawing dealings with `seed`.
[[nodiscard]] double clustered_p_value(std::span<const ScoredCluster> clusters, std::uint64_t seed);

}  // namespace relaybench::stats
