#include "judge/quantile_interval.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/order_statistic.h"

namespace relaybench::judge {
namespace {

using result::ChangeInterval;
using result::ComparisonFinding;
using result::Distribution;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A share in the middle of rank `rank`: quantile(q) takes ⌈q·count⌉.
double share_of_rank(double rank, std::uint64_t count) {
    constexpr double kHalf = 0.5;
    return (rank - kHalf) / static_cast<double>(count);
}

double log_of(const std::optional<Distribution::Quantile>& quantile) {
    if (!quantile || !quantile->value)
        return kInfinity;
    return std::log(static_cast<double>(quantile->value->count()));
}

double log_at_rank(const Distribution& distribution, double rank) {
    const auto count = static_cast<double>(distribution.count());
    return log_of(distribution.quantile(share_of_rank(std::clamp(rank, 1.0, count), distribution.count())));
}

/// Between two ranks the logarithm is interpolated; an infinite neighbour makes it infinite.
double log_between_ranks(const Distribution& distribution, double rank) {
    const double below = std::floor(rank);
    const double part = rank - below;
    const double low = log_at_rank(distribution, below);
    if (part == 0)
        return low;
    const double high = log_at_rank(distribution, below + 1);
    return std::isinf(high) ? high : low + part * (high - low);
}

/// Distance of two logarithms; an infinite one is infinitely far, also from another.
double distance(double a, double b) { return std::isfinite(a) && std::isfinite(b) ? std::abs(a - b) : kInfinity; }

double combined(double a, double b, double correlation) {
    if (std::isinf(a) || std::isinf(b))
        return kInfinity;
    return std::sqrt(std::max(0.0, a * a + b * b - 2 * correlation * a * b));
}

/// The 97.5 % point of Student's distribution (expansion of Fisher: Abramowitz and Stegun 26.7.5); within 0.1 % from five degrees of freedom on.
double student(double degrees) {
    constexpr double z = 1.959963984540054;
    const double first = (z * z * z + z) / 4;
    const double second = (5 * std::pow(z, 5) + 16 * std::pow(z, 3) + 3 * z) / 96;
    return z + first / degrees + second / (degrees * degrees);
}

}  // namespace

std::optional<LogQuantile> log_quantile(const Distribution& distribution, double q, double independent, double confidence) {
    const auto count = static_cast<double>(distribution.count());
    // More values than this change no limit that anybody could see, and cost time.
    constexpr double kEnough = 1e7;
    const double used = std::min({independent, count, kEnough});
    if (used < 1)
        return std::nullopt;
    const auto whole = static_cast<std::uint64_t>(std::llround(used));
    const auto ranks = quantile_ranks(whole, q, confidence);
    if (!ranks)
        return std::nullopt;
    const double stretch = count / static_cast<double>(whole);
    return LogQuantile{.low = log_between_ranks(distribution, ranks->low * stretch),
                       .value = log_of(distribution.quantile(q)),
                       .high = log_between_ranks(distribution, ranks->high * stretch),
                       .beyond = used * std::min(q, 1 - q)};
}

ChangeInterval change_interval(const LogQuantile& base, const LogQuantile& other, double correlation) {
    const double ratio = other.value - base.value;
    const double fewer = std::max(1.0, std::min(base.beyond, other.beyond));
    const double rested = student(base.beyond + other.beyond) / student(fewer);
    const double down = combined(distance(other.value, other.low), distance(base.high, base.value), correlation);
    const double up = combined(distance(other.high, other.value), distance(base.value, base.low), correlation);
    return {std::expm1(ratio - rested * down), std::expm1(ratio + rested * up)};
}

ComparisonFinding finding_of_infinite(const LogQuantile& base, const LogQuantile& other) {
    if (!std::isfinite(base.value) && !std::isfinite(other.value))
        return ComparisonFinding::NothingObserved;
    if (other.low > base.high)
        return ComparisonFinding::Slower;
    if (base.low > other.high)
        return ComparisonFinding::Faster;
    return ComparisonFinding::NoDifference;
}

}  // namespace relaybench::judge
