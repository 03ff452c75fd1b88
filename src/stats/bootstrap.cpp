#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "core/random.h"
#include "core/require.h"
#include "stats/weighted_clusters.h"

namespace relaybench::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000); shape ≥ 1.
double gamma_number(core::Random& random, double shape) {
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
        const double x = random.normal();
        const double base = 1 + c * x;
        const double v = base * base * base;
        if (base > 0 && std::log1p(-random.uniform()) < x * x / 2 + d - d * v + d * std::log(v)) {
            return d * v;
        }
    }
}

double beta_number(core::Random& random, double first, double second) {
    const double x = gamma_number(random, first);
    return x / (x + gamma_number(random, second));
}

/// The quantile of one resample of `sample`.
double resampled_quantile(const SortedSample& sample, double q, core::Random& random) {
    const std::size_t rank = quantile_rank(q, sample.size());
    const double position = beta_number(random, static_cast<double>(rank), static_cast<double>(sample.size() - rank + 1));
    const auto index = static_cast<std::size_t>(position * static_cast<double>(sample.size()));
    return sample.at_rank(std::min(index, sample.size() - 1) + 1);
}

std::optional<double> difference_of(double a, double b) {
    const double difference = b - a;
    return std::isnan(difference) ? std::nullopt : std::optional(difference);
}

std::optional<double> ratio_of(double a, double b) {
    const double ratio = b / a;
    return std::isnan(ratio) ? std::nullopt : std::optional(ratio);
}

/// The replicates of one statistic. An undefined one is kept at both ends.
class Replicates {
  public:
    explicit Replicates(std::size_t expected) {
        lows_.reserve(expected);
        highs_.reserve(expected);
    }

    void add(std::optional<double> value) {
        lows_.push_back(value.value_or(-kInfinity));
        highs_.push_back(value.value_or(kInfinity));
    }

    [[nodiscard]] Interval interval(double confidence) && {
        const double tail = (1 - confidence) / 2;
        std::sort(lows_.begin(), lows_.end());
        std::sort(highs_.begin(), highs_.end());
        const std::size_t low = quantile_rank(tail, lows_.size());
        return {.low = lows_[low - 1], .high = highs_[highs_.size() - low]};
    }

  private:
    std::vector<double> lows_;
    std::vector<double> highs_;
};

/// One number a call: the quantile of a fresh resample of one arm.
using Resample = std::function<double(core::Random&)>;

struct Arm {
    double quantile;
    Resample resample;
};

QuantileDifference compared(const Arm& a, const Arm& b, const BootstrapOptions& options) {
    core::require(options.replicates > 0 && options.confidence > 0 && options.confidence < 1, "bootstrap: options out of range");
    Replicates differences(options.replicates);
    Replicates ratios(options.replicates);
    core::Random random(options.seed);
    for (std::size_t i = 0; i < options.replicates; ++i) {
        const double of_a = a.resample(random);
        const double of_b = b.resample(random);
        differences.add(difference_of(of_a, of_b));
        ratios.add(ratio_of(of_a, of_b));
    }
    const Interval difference = std::move(differences).interval(options.confidence);
    const Interval ratio = std::move(ratios).interval(options.confidence);
    return {.a = a.quantile,
            .b = b.quantile,
            .difference = difference_of(a.quantile, b.quantile),
            .low = difference.low,
            .high = difference.high,
            .ratio = ratio_of(a.quantile, b.quantile),
            .ratio_low = std::max(ratio.low, 0.0),
            .ratio_high = ratio.high};
}

}  // namespace

std::optional<QuantileDifference> quantile_difference(const SortedSample& a, const SortedSample& b, double q,
                                                      const BootstrapOptions& options) {
    if (a.empty() || b.empty()) {
        return std::nullopt;
    }
    const auto arm = [q](const SortedSample& sample) {
        return Arm{sample.quantile(q), [&sample, q](core::Random& random) { return resampled_quantile(sample, q, random); }};
    };
    return compared(arm(a), arm(b), options);
}

std::optional<QuantileDifference> clustered_quantile_difference(std::span<const Cluster> a, std::span<const Cluster> b, double q,
                                                                const BootstrapOptions& options) {
    WeightedClusters clusters_a(a);
    WeightedClusters clusters_b(b);
    if (clusters_a.empty() || clusters_b.empty()) {
        return std::nullopt;
    }
    const auto arm = [q](WeightedClusters& clusters) {
        return Arm{clusters.quantile(q), [&clusters, q](core::Random& random) { return clusters.resampled_quantile(q, random); }};
    };
    return compared(arm(clusters_a), arm(clusters_b), options);
}

}  // namespace relaybench::stats
