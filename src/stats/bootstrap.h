#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "stats/sorted_sample.h"

namespace relaybench::stats {

struct BootstrapOptions {
    double confidence = 0.95;
    std::size_t replicates = 2000;
    std::uint64_t seed = 1;
};

/// How a quantile of arm B differs from that of arm A. Values are +infinity where the rank falls on a stream that never answered.
struct QuantileDifference {
    double a = 0;
    double b = 0;
    std::optional<double> difference;  ///< b − a; −infinity or +infinity when one never answered, absent when neither did
    double low = 0;                    ///< of the difference; may be infinite
    double high = 0;
    std::optional<double> ratio;  ///< b / a; absent when neither answered or both are 0
    double ratio_low = 0;
    double ratio_high = 0;
};

/// Percentile bootstrap of the two independent samples (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, §13.3): each arm is
/// drawn anew with replacement, `replicates` times, and the interval runs between the α/2 and 1 − α/2 quantiles of the differences (and of
/// the ratios). A replicate in which neither arm answered has no difference: it counts as −infinity for the low bound and as +infinity for
/// the high one, so that it can only widen the interval. The result depends on the samples, the options and nothing else.
///
/// Costs two random numbers a replicate, whatever the size: the r-th smallest of n draws with replacement from a sorted sample is its
/// ⌈n·U⌉-th value with U the r-th smallest of n uniform numbers, which is Beta(r, n − r + 1) (David and Nagaraja, Order Statistics, §2.3).
///
/// A sample smaller than samples_for_quantile_interval() cannot show how far its tail reaches and nor can resampling it: such an interval
/// is too narrow, and the caller should say "too few" instead. nullopt when a sample is empty.
[[nodiscard]] std::optional<QuantileDifference> quantile_difference(const SortedSample& a, const SortedSample& b, double q,
                                                                    const BootstrapOptions& options);

/// A value and how often one stream or time block measured it.
struct WeightedValue {
    double value = 0;
    std::uint64_t times = 0;
};

/// Everything that one stream or one time block measured: drawn as a whole, because the measurements within it are not independent.
using Cluster = std::vector<WeightedValue>;

/// The same for measurements that come in clusters (gaps of a stream): whole clusters are drawn with replacement, and the quantile is taken
/// over the measurements of those drawn (cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their Application, 1997, §3.8). Costs
/// the number of weighted values a replicate. Empty clusters are drawn too. nullopt when an arm has no measurement at all.
[[nodiscard]] std::optional<QuantileDifference> clustered_quantile_difference(std::span<const Cluster> a, std::span<const Cluster> b,
                                                                              double q, const BootstrapOptions& options);

}  // namespace relaybench::stats
