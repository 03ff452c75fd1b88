#include "judge/compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

#include "judge/error_comparison.h"
#include "judge/failing_winners.h"
#include "judge/gap_clusters.h"
#include "judge/order_statistic.h"
#include "judge/paired_streams.h"
#include "stats/holm.h"
#include "stats/stratified_test.h"

namespace relaybench::judge {
namespace {

using result::ArmResult;
using result::Distribution;
using result::kComparedQuantiles;
using result::Metric;
using result::Pairing;

/// Two arms, and their streams where they are known.
struct Pair {
    const ArmResult& base;
    const ArmResult& other;
    Pairing pairing;
    double confidence;
    PairedStreams streams;
};

Pair make_pair(const ArmResult& base, const ArmResult& other, Pairing pairing, double confidence) {
    return {base, other, pairing, confidence, PairedStreams(base.stream_set, other.stream_set, pairing)};
}

std::optional<std::size_t> stream_metric(Metric metric) {
    const auto* found = std::find(result::kStreamMetrics.begin(), result::kStreamMetrics.end(), metric);
    return found == result::kStreamMetrics.end() ? std::nullopt
                                                 : std::optional(static_cast<std::size_t>(found - result::kStreamMetrics.begin()));
}

/// How many independent values an arm's quantile rests on: its streams, or what its gaps are worth. nullopt when that is unknown.
std::optional<double> independent_values(const ArmResult& arm, Metric metric, double q) {
    const auto count = static_cast<double>(arm.metric(metric).count());
    if (stream_metric(metric))
        return count;
    const auto* at = std::find(kComparedQuantiles.begin(), kComparedQuantiles.end(), q);
    if (metric != Metric::Gap || !arm.gap_spread || at == kComparedQuantiles.end())
        return std::nullopt;
    return count / arm.gap_spread->design_effect.at(static_cast<std::size_t>(at - kComparedQuantiles.begin()));
}

std::uint32_t cut_of(const Distribution& distribution, double q) {
    const auto quantile = distribution.quantile(q);
    if (!quantile || !quantile->value)
        return result::StreamValues::kAbsent;  // above all values, below "never"
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*quantile->value).count();
    return static_cast<std::uint32_t>(std::min<std::int64_t>(us, result::StreamValues::kAbsent));
}

/// The correlation of the two arms' estimates.
double correlation(const Pair& pair, Metric metric, double q) {
    const auto index = stream_metric(metric);
    if (!index || pair.streams.empty() || pair.pairing == Pairing::Apart)
        return 0;
    const PairedStreams::Cuts cuts{cut_of(pair.base.metric(metric), q), cut_of(pair.other.metric(metric), q)};
    return shared_share(pair.streams.above(*index, cuts));
}

/// Values above a cut, as so many independent ones: never answered ones lie above all.
stats::Stratum one_stratum(const Pair& pair, Metric metric, double q, std::int64_t cut_us) {
    const auto above = [cut_us](const Distribution& distribution) {
        return static_cast<double>(distribution.count() - distribution.histogram().count_at_or_below(cut_us)) /
               static_cast<double>(distribution.count());
    };
    const auto worth = [&](const ArmResult& arm) {
        return static_cast<std::uint64_t>(std::llround(independent_values(arm, metric, q).value_or(0)));
    };
    stats::Stratum stratum{worth(pair.base), worth(pair.other), 0, 0};
    const auto part = [](double share, std::uint64_t of) {
        return static_cast<std::uint64_t>(std::llround(share * static_cast<double>(of)));
    };
    stratum.base_above = part(above(pair.base.metric(metric)), stratum.base);
    stratum.other_above = part(above(pair.other.metric(metric)), stratum.other);
    return stratum;
}

double p_value_of_histograms(const Pair& pair, Metric metric, double q) {
    Distribution both = pair.base.metric(metric);
    both.merge(pair.other.metric(metric));
    const auto& layout = both.histogram().layout();
    auto cut = static_cast<std::int64_t>(cut_of(both, q));
    if (both.histogram().count_at_or_below(cut) == both.count())
        cut = std::max<std::int64_t>(0, layout.lowest_at(layout.index_of(cut)) - 1);
    const std::array strata{one_stratum(pair, metric, q, cut)};
    return stats::stratified_p_value(strata);
}

double p_value(const Pair& pair, Metric metric, double q) {
    const auto index = stream_metric(metric);
    if (index && !pair.streams.empty()) {
        const auto cut = pair.streams.common_cut(*index, q);
        return cut ? stats::stratified_p_value(pair.streams.above(*index, {*cut, *cut})) : 1.0;
    }
    const bool gaps_known = !pair.base.stream_set.gaps.empty() && !pair.other.stream_set.gaps.empty();
    if (metric == Metric::Gap && gaps_known) {
        Distribution both = pair.base.metric(metric);
        both.merge(pair.other.metric(metric));
        return gap_p_value(pair.base.stream_set, pair.other.stream_set, both, q, pair.pairing);
    }
    return p_value_of_histograms(pair, metric, q);
}

/// The finding of a row at its adjusted p value: both the test and the interval must exclude "no change".
ComparisonFinding finding_of(const QuantileComparison& row, const LogQuantile& from, const LogQuantile& to, double confidence) {
    if (row.p_adjusted > 1 - confidence)
        return ComparisonFinding::NoDifference;
    if (!row.interval)
        return finding_of_infinite(from, to);
    if (row.interval->high < 0)
        return ComparisonFinding::Faster;
    return row.interval->low > 0 ? ComparisonFinding::Slower : ComparisonFinding::NoDifference;
}

/// How many standard deviations out a two-sided p value lies.
double deviations_of(double p) {
    constexpr double kFarthest = 40;
    constexpr int kHalvings = 60;
    double low = 0;
    double high = kFarthest;
    for (int step = 0; step < kHalvings; ++step)
        (std::erfc((low + high) / 2 / std::sqrt(2.0)) > p ? low : high) = (low + high) / 2;
    return low;
}

/// An undecided row is settled when its interval has shrunk to ±5 %, or when its difference, if it is as large as it looks, is shown among
/// so many rows. Widths shrink, and deviations grow, with the square root of the number of streams.
std::uint64_t streams_to_settle(const QuantileComparison& row, const Pair& pair) {
    if (!row.interval || !std::isfinite(row.interval->high))
        return 0;
    const double reach = std::max(std::abs(row.interval->low), std::abs(row.interval->high));
    if (reach <= kSettledWithin)
        return 0;
    double growth = std::pow(reach / kSettledWithin, 2);
    const bool looks_different = row.interval->low > 0 || row.interval->high < 0;
    if (looks_different && row.p_adjusted > 0) {
        const double wanted = (1 - pair.confidence) * row.p_value / row.p_adjusted;
        growth = std::min(growth, std::pow(deviations_of(wanted) / std::max(0.1, deviations_of(row.p_value)), 2));
    }
    const auto now = static_cast<double>(std::min(pair.base.ended(), pair.other.ended()));
    constexpr double kMost = 1e12;
    return static_cast<std::uint64_t>(std::min(kMost, std::ceil(now * std::max(1.0, growth))));
}

/// A row whose p value may have been adjusted since.
void conclude(QuantileComparison& row, const Pair& pair) {
    const auto base = independent_values(pair.base, row.metric, row.quantile);
    const auto other = independent_values(pair.other, row.metric, row.quantile);
    const auto from = base ? log_quantile(pair.base.metric(row.metric), row.quantile, *base, pair.confidence) : std::nullopt;
    const auto to = other ? log_quantile(pair.other.metric(row.metric), row.quantile, *other, pair.confidence) : std::nullopt;
    if (!from || !to) {
        constexpr std::uint64_t kFewestGapStreams = 20;
        row.finding = ComparisonFinding::TooFewStreams;
        const bool kept = row.metric != Metric::Gap || std::min(pair.base.ended(), pair.other.ended()) < kFewestGapStreams;
        row.streams_needed = !kept ? 0 : row.metric == Metric::Gap ? kFewestGapStreams : count_needed(row.quantile, pair.confidence);
        return;
    }
    if (row.change)
        row.interval = change_interval(*from, *to, correlation(pair, row.metric, row.quantile));
    const bool one_got_there = row.base->value || row.other->value;
    row.finding = one_got_there ? finding_of(row, *from, *to, pair.confidence) : ComparisonFinding::NothingObserved;
    row.streams_needed = row.finding == ComparisonFinding::NoDifference ? streams_to_settle(row, pair) : 0;
}

QuantileComparison observed_row(const Pair& pair, Metric metric, double quantile) {
    QuantileComparison row;
    row.metric = metric;
    row.quantile = quantile;
    row.base = pair.base.metric(metric).quantile(quantile);
    row.other = pair.other.metric(metric).quantile(quantile);
    if (!row.base || !row.other)
        return row;
    if (row.base->value && row.other->value && row.base->value->count() > 0) {
        row.difference = *row.other->value - *row.base->value;
        row.change = static_cast<double>(row.difference->count()) / static_cast<double>(row.base->value->count());
    }
    row.p_value = p_value(pair, metric, quantile);
    row.p_adjusted = row.p_value;
    return row;
}

bool is_observed(const QuantileComparison& row) { return row.base && row.other; }

ArmComparison observed_arm(const Pair& pair) {
    ArmComparison comparison{pair.base.name, pair.other.name, {}, compare_errors(pair.base, pair.other, pair.streams)};
    for (const result::MetricInfo& info : result::metrics()) {
        const bool observed = pair.base.metric(info.metric).count() > 0 || pair.other.metric(info.metric).count() > 0;
        if (!info.shown_by_default || !observed)
            continue;
        for (const double q : kComparedQuantiles)
            comparison.quantiles.push_back(observed_row(pair, info.metric, q));
    }
    return comparison;
}

/// Every p value of all arms, to be read and adjusted together.
std::vector<double*> adjustable(std::vector<ArmComparison>& comparisons) {
    std::vector<double*> values;
    for (ArmComparison& comparison : comparisons) {
        for (QuantileComparison& row : comparison.quantiles) {
            if (is_observed(row))
                values.push_back(&row.p_adjusted);
        }
        if (comparison.errors) {
            comparison.errors->p_adjusted = comparison.errors->p_value;
            values.push_back(&comparison.errors->p_adjusted);
        }
    }
    return values;
}

void adjust(std::vector<ArmComparison>& comparisons) {
    const std::vector<double*> places = adjustable(comparisons);
    std::vector<double> values(places.size());
    std::transform(places.begin(), places.end(), values.begin(), [](const double* place) { return *place; });
    const std::vector<double> adjusted = stats::holm_adjusted(values);
    for (std::size_t i = 0; i < places.size(); ++i)
        *places[i] = adjusted[i];
}

void conclude(ErrorComparison& errors, double confidence) {
    const bool excludes_zero = errors.low > 0 || errors.high < 0;
    if (errors.p_adjusted <= 1 - confidence && excludes_zero)
        errors.finding = errors.low > 0 ? ComparisonFinding::Slower : ComparisonFinding::Faster;
}

}  // namespace

QuantileComparison compare_quantile(const ArmResult& base, const ArmResult& other, Metric metric, double quantile, Pairing pairing,
                                    double confidence) {
    const Pair pair = make_pair(base, other, pairing, confidence);
    QuantileComparison row = observed_row(pair, metric, quantile);
    if (is_observed(row))
        conclude(row, pair);
    return row;
}

std::vector<ArmComparison> compare_arms(const result::RunResult& run) {
    std::vector<Pair> pairs;
    std::vector<ArmComparison> comparisons;
    for (std::size_t i = 1; i < run.arms.size(); ++i) {
        pairs.push_back(make_pair(run.arms.front(), run.arms[i], run.pairing, run.confidence));
        comparisons.push_back(observed_arm(pairs.back()));
    }
    adjust(comparisons);
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        for (QuantileComparison& row : comparisons[i].quantiles) {
            if (is_observed(row))
                conclude(row, pairs[i]);
        }
        if (comparisons[i].errors)
            conclude(*comparisons[i].errors, run.confidence);
        take_back_wins_of_failing_arms(comparisons[i], pairs[i].base, pairs[i].other);
    }
    return comparisons;
}

}  // namespace relaybench::judge
