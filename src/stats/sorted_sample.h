#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace relaybench::stats {

/// Measurements of one arm in ascending order; +infinity for a stream that never answered. NaN is a bug of the caller.
class SortedSample {
  public:
    explicit SortedSample(std::span<const double> values);

    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] bool empty() const { return values_.empty(); }
    /// The `rank`-th smallest, 1 ≤ rank ≤ size().
    [[nodiscard]] double at_rank(std::size_t rank) const { return values_[rank - 1]; }
    /// The ⌈q·size⌉-th smallest (rank 1 for q = 0), the rule of HdrHistogram. Requires a sample that is not empty.
    [[nodiscard]] double quantile(double q) const;

  private:
    std::vector<double> values_;
};

/// ⌈q·count⌉, at least 1 and at most `count` (so 0 of 0). One step of q towards zero first, as in HdrHistogram: 0.07 · 100 is slightly above 7 in
/// binary and must still be rank 7.
[[nodiscard]] std::size_t quantile_rank(double q, std::size_t count);

/// Bounds; infinite where the data give none.
struct Interval {
    double low = 0;
    double high = 0;
};

/// Confidence interval of the quantile of the population that the sample was drawn from, by order statistics: the number of draws below
/// the true quantile is binomial(n, q) whatever the distribution, so that [x_(l), x_(u)] with P(B < l) ≤ α/2 and P(B ≥ u) ≤ α/2 covers it
/// with at least the asked probability (David and Nagaraja, Order Statistics, 3rd ed., §7.1). A bound is −infinity or +infinity when the
/// sample is too small to give it. `confidence` and `q` lie strictly between 0 and 1.
[[nodiscard]] Interval quantile_interval(const SortedSample& sample, double q, double confidence);

/// The smallest sample for which quantile_interval has both bounds: 0.5 → 6, 0.99 → 368 at 95 %.
[[nodiscard]] std::size_t samples_for_quantile_interval(double q, double confidence);

}  // namespace relaybench::stats
