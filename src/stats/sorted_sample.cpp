#include "stats/sorted_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/require.h"

namespace relaybench::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNegligible = 1e-18;  // relative to the mode: far below any tail that is asked for

/// The probabilities of a binomial distribution where they are not negligible. Walking out from the mode by the ratio of neighbours and
/// normalising at the end needs no factorials and does not underflow.
class Binomial {
  public:
    Binomial(std::size_t n, double q);

    /// The largest l with P(B < l) ≤ tail: 0 when there is none above 0.
    [[nodiscard]] std::size_t low_rank(double tail) const;
    /// The smallest u with P(B ≥ u) ≤ tail: at most n + 1.
    [[nodiscard]] std::size_t high_rank(double tail) const;

  private:
    std::size_t first_;  // of the outcomes that probabilities_ begin with
    std::vector<double> probabilities_;
};

Binomial::Binomial(std::size_t n, double q) {
    const double odds = q / (1 - q);
    const auto mode = std::min(n, static_cast<std::size_t>(static_cast<double>(n + 1) * q));
    std::vector<double> below;
    double weight = 1;
    for (std::size_t k = mode; k > 0 && weight > kNegligible; --k) {
        weight *= static_cast<double>(k) / (static_cast<double>(n - k + 1) * odds);
        below.push_back(weight);
    }
    first_ = mode - below.size();
    probabilities_.assign(below.rbegin(), below.rend());
    probabilities_.push_back(1);
    weight = 1;
    for (std::size_t k = mode; k < n && weight > kNegligible; ++k) {
        weight *= static_cast<double>(n - k) * odds / static_cast<double>(k + 1);
        probabilities_.push_back(weight);
    }
    const double total = std::accumulate(probabilities_.begin(), probabilities_.end(), 0.0);
    std::for_each(probabilities_.begin(), probabilities_.end(), [total](double& p) { p /= total; });
}

std::size_t Binomial::low_rank(double tail) const {
    double sum = 0;
    std::size_t i = 0;
    while (i < probabilities_.size() && sum + probabilities_[i] <= tail) {
        sum += probabilities_[i++];
    }
    return first_ + i;
}

std::size_t Binomial::high_rank(double tail) const {
    double sum = 0;
    std::size_t i = probabilities_.size();
    while (i > 0 && sum + probabilities_[i - 1] <= tail) {
        sum += probabilities_[--i];
    }
    return first_ + i;
}

bool is_inside_unit(double value) { return value > 0 && value < 1; }

}  // namespace

std::size_t quantile_rank(double q, std::size_t count) {
    if (!(q > 0)) {
        return std::min<std::size_t>(count, 1);
    }
    if (q >= 1) {
        return count;
    }
    const double rank = std::ceil(std::nextafter(q, 0.0) * static_cast<double>(count));
    return std::min(count, std::max<std::size_t>(static_cast<std::size_t>(rank), 1));
}

SortedSample::SortedSample(std::span<const double> values) : values_(values.begin(), values.end()) {
    core::require(std::none_of(values_.begin(), values_.end(), [](double value) { return std::isnan(value); }), "NaN in a sample");
    std::sort(values_.begin(), values_.end());
}

double SortedSample::quantile(double q) const {
    core::require(!empty(), "quantile of an empty sample");
    return at_rank(quantile_rank(q, size()));
}

Interval quantile_interval(const SortedSample& sample, double q, double confidence) {
    core::require(is_inside_unit(q) && is_inside_unit(confidence), "quantile_interval: q and confidence must lie inside 0..1");
    const double tail = (1 - confidence) / 2;
    const Binomial below(sample.size(), q);
    const std::size_t low = below.low_rank(tail);
    const std::size_t high = below.high_rank(tail);
    return {.low = low >= 1 ? sample.at_rank(low) : -kInfinity, .high = high <= sample.size() ? sample.at_rank(high) : kInfinity};
}

// The outermost bounds are x_(1) and x_(n): they exist when P(B < 1) = (1-q)^n and P(B ≥ n) = q^n are both at most the tail.
std::size_t samples_for_quantile_interval(double q, double confidence) {
    core::require(is_inside_unit(q) && is_inside_unit(confidence), "samples_for_quantile_interval: q and confidence must lie inside 0..1");
    const double tail = (1 - confidence) / 2;
    return static_cast<std::size_t>(std::ceil(std::log(tail) / std::log(std::max(q, 1 - q))));
}

}  // namespace relaybench::stats
