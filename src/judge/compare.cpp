#include "judge/compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "judge/order_statistic.h"

namespace relaybench::judge {
namespace {

using result::ArmResult;
using result::Distribution;
using result::Metric;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Logarithms of a quantile and of its limits; +∞ for ranks that never got there.
struct LogQuantile {
    double low = 0;
    double value = 0;
    double high = 0;
};

/// A share in the middle of rank `rank`: quantile(q) takes ⌈q·count⌉.
double share_of_rank(std::uint64_t rank, std::uint64_t count) {
    constexpr double kHalf = 0.5;
    return (static_cast<double>(rank) - kHalf) / static_cast<double>(count);
}

double log_of(const std::optional<Distribution::Quantile>& quantile) {
    if (!quantile || !quantile->value)
        return kInfinity;
    return std::log(static_cast<double>(quantile->value->count()));
}

std::optional<LogQuantile> log_quantile(const Distribution& distribution, double q) {
    const auto ranks = quantile_ranks(distribution.count(), q, kConfidence);
    if (!ranks)
        return std::nullopt;
    const auto at = [&](std::uint64_t rank) { return log_of(distribution.quantile(share_of_rank(rank, distribution.count()))); };
    return LogQuantile{at(ranks->low), log_of(distribution.quantile(q)), at(ranks->high)};
}

/// Distance of two logarithms; an infinite one is infinitely far, also from another.
double distance(double a, double b) { return std::isfinite(a) && std::isfinite(b) ? std::abs(a - b) : kInfinity; }

ChangeInterval change_interval(const LogQuantile& base, const LogQuantile& other) {
    const double ratio = other.value - base.value;
    const double down = std::hypot(distance(other.value, other.low), distance(base.high, base.value));
    const double up = std::hypot(distance(other.high, other.value), distance(base.value, base.low));
    return {std::expm1(ratio - down), std::expm1(ratio + up)};
}

/// One of the two quantiles is infinite. The finite limits still decide: when the slowest that the one may be is faster than the fastest that
/// the other may be, the difference is shown although it has no size.
Finding finding_of_infinite(const LogQuantile& base, const LogQuantile& other) {
    if (!std::isfinite(base.value) && !std::isfinite(other.value))
        return Finding::NothingObserved;
    if (other.low > base.high)
        return Finding::Slower;
    if (base.low > other.high)
        return Finding::Faster;
    return Finding::NoDifference;
}

Finding finding_of(const ChangeInterval& interval) {
    if (interval.high < 0)
        return Finding::Faster;
    if (interval.low > 0)
        return Finding::Slower;
    return Finding::NoDifference;
}

/// One value a stream, streams independent of each other. Of gaps and heartbeats a stream has many, which move together; a confidence
/// from their number would be far too good.
bool values_are_independent(Metric metric) {
    return metric != Metric::Gap && metric != Metric::Heartbeat && metric != Metric::ClientDelay && metric != Metric::ScheduleLag;
}

void judge(QuantileComparison& row, const Distribution& base, const Distribution& other) {
    if (!values_are_independent(row.metric)) {
        row.finding = row.change ? Finding::NoInterval : Finding::NothingObserved;
        return;
    }
    const auto from = log_quantile(base, row.quantile);
    const auto to = log_quantile(other, row.quantile);
    if (!from || !to) {
        row.finding = Finding::TooFewStreams;
        row.streams_needed = count_needed(row.quantile, kConfidence);
    } else if (row.change) {
        row.interval = change_interval(*from, *to);
        row.finding = finding_of(*row.interval);
    } else {
        row.finding = finding_of_infinite(*from, *to);
    }
}

struct Wilson {
    double low = 0;
    double high = 0;
};

/// Wilson 1927, score interval of a share.
Wilson wilson(double share, double count) {
    constexpr double kZ = 1.959963984540054;  // 97.5 % point of the normal distribution
    const double square = kZ * kZ / count;
    const double centre = share + square / 2;
    const double reach = kZ * std::sqrt(share * (1 - share) / count + square / (4 * count));
    return {std::max(0.0, (centre - reach) / (1 + square)), std::min(1.0, (centre + reach) / (1 + square))};
}

std::optional<ErrorComparison> compare_errors(const ArmResult& base, const ArmResult& other) {
    const auto judged = [](const ArmResult& arm) { return static_cast<double>(arm.ended() - arm.outcome(stream::Outcome::Cancelled)); };
    if (judged(base) == 0 || judged(other) == 0)
        return std::nullopt;
    ErrorComparison errors;
    errors.base = static_cast<double>(base.errored()) / judged(base);
    errors.other = static_cast<double>(other.errored()) / judged(other);
    const Wilson from = wilson(errors.base, judged(base));
    const Wilson to = wilson(errors.other, judged(other));
    const double difference = errors.other - errors.base;
    errors.low = difference - std::hypot(errors.other - to.low, from.high - errors.base);
    errors.high = difference + std::hypot(to.high - errors.other, errors.base - from.low);
    return errors;
}

}  // namespace

QuantileComparison compare_quantile(const ArmResult& base, const ArmResult& other, Metric metric, double quantile) {
    QuantileComparison row;
    row.metric = metric;
    row.quantile = quantile;
    row.base = base.metric(metric).quantile(quantile);
    row.other = other.metric(metric).quantile(quantile);
    if (!row.base || !row.other)
        return row;
    if (row.base->value && row.other->value) {
        row.difference = *row.other->value - *row.base->value;
        row.change = static_cast<double>(row.difference->count()) / static_cast<double>(row.base->value->count());
    }
    judge(row, base.metric(metric), other.metric(metric));
    return row;
}

std::vector<ArmComparison> compare_arms(const result::RunResult& run) {
    std::vector<ArmComparison> comparisons;
    for (std::size_t i = 1; i < run.arms.size(); ++i) {
        const ArmResult& base = run.arms.front();
        const ArmResult& other = run.arms[i];
        ArmComparison comparison{base.name, other.name, {}, compare_errors(base, other)};
        for (const result::MetricInfo& info : result::metrics()) {
            const bool observed = base.metric(info.metric).count() > 0 || other.metric(info.metric).count() > 0;
            if (!info.shown_by_default || !observed)
                continue;
            for (const double q : kComparedQuantiles)
                comparison.quantiles.push_back(compare_quantile(base, other, info.metric, q));
        }
        comparisons.push_back(std::move(comparison));
    }
    return comparisons;
}

}  // namespace relaybench::judge
