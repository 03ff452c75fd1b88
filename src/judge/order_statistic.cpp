#include "judge/order_statistic.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace relaybench::judge {
namespace {

/// The part of a binomial distribution that carries its weight: probabilities of `first`, `first` + 1, … successes.
struct Binomial {
    std::uint64_t first = 0;
    std::vector<double> weights;
};

double log_probability(std::uint64_t hits, std::uint64_t count, double q) {
    const auto n = static_cast<double>(count);
    const auto k = static_cast<double>(hits);
    return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(q) + (n - k) * std::log1p(-q);
}

/// Twelve standard deviations around the mean hold all but 1e-30 of the weight, so a million values cost ten thousand terms.
Binomial binomial(std::uint64_t count, double q) {
    constexpr double kReach = 12.0;
    constexpr double kFloor = 30.0;  // small counts are not normal: take them whole
    const double mean = static_cast<double>(count) * q;
    const double reach = kReach * std::sqrt(mean * (1 - q)) + kFloor;
    Binomial distribution;
    distribution.first = static_cast<std::uint64_t>(std::max(0.0, std::floor(mean - reach)));
    const auto last = static_cast<std::uint64_t>(std::min(static_cast<double>(count), std::ceil(mean + reach)));
    distribution.weights.reserve(last - distribution.first + 1);
    for (std::uint64_t hits = distribution.first; hits <= last; ++hits)
        distribution.weights.push_back(std::exp(log_probability(hits, count, q)));
    return distribution;
}

/// Whole ranks, the weight of each tail outside of them, and by how much that grows with one rank less.
struct Tails {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    double weight_below = 0;
    double weight_above = 0;
    double next_below = 0;
    double next_above = 0;
};

// P(X_(low) ≤ quantile ≤ X_(high)) ≥ P(low ≤ B < high) with B ~ Binomial(count, q), the number of values below the quantile.
Tails tails_of(std::uint64_t count, double q, double tail) {
    const Binomial below = binomial(count, q);
    const auto& weights = below.weights;
    Tails tails;
    std::size_t first = 0;
    while (first < weights.size() && tails.weight_below + weights[first] <= tail)
        tails.weight_below += weights[first++];
    std::size_t end = weights.size();
    while (end > 0 && tails.weight_above + weights[end - 1] <= tail)
        tails.weight_above += weights[--end];
    tails.low = below.first + first;
    tails.high = below.first + end;
    tails.next_below = first < weights.size() ? weights[first] : 1.0;
    tails.next_above = end > 0 ? weights[end - 1] : 1.0;
    return tails;
}

}  // namespace

std::optional<RankInterval> quantile_ranks(std::uint64_t count, double q, double confidence) {
    const double tail = (1 - confidence) / 2;
    const Tails tails = tails_of(count, q, tail);
    if (tails.low < 1 || tails.high > count)
        return std::nullopt;
    return RankInterval{static_cast<double>(tails.low) + (tail - tails.weight_below) / tails.next_below,
                        static_cast<double>(tails.high) - (tail - tails.weight_above) / tails.next_above};
}

std::uint64_t count_needed(double q, double confidence) {
    const double tail = (1 - confidence) / 2;
    return static_cast<std::uint64_t>(std::ceil(std::log(tail) / std::log(std::max(q, 1 - q))));
}

}  // namespace relaybench::judge
