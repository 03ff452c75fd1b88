#include "stats/excess.h"

#include <cmath>

namespace relaybench::stats {
namespace {

double probability_of(std::uint64_t hits, std::uint64_t count, double share) {
    const auto n = static_cast<double>(count);
    const auto k = static_cast<double>(hits);
    return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(share) + (n - k) * std::log1p(-share));
}

}  // namespace

bool shows_excess(std::uint64_t hits, std::uint64_t count, double share) {
    constexpr double kRisk = 0.05;
    const double mean = static_cast<double>(count) * share;
    if (hits > count || static_cast<double>(hits) <= mean) {
        return false;
    }
    // From the first hit on, each further one is less likely than the one before: the sum ends when nothing is added to it any more.
    double tail = 0;
    double next = probability_of(hits, count, share);
    for (std::uint64_t k = hits; k <= count && tail < kRisk && next > tail * 1e-9; ++k) {
        tail += next;
        next *= static_cast<double>(count - k) / static_cast<double>(k + 1) * share / (1 - share);
    }
    return tail < kRisk;
}

}  // namespace relaybench::stats
