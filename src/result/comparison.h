#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "result/distribution.h"
#include "result/metric.h"

namespace relaybench::result {

inline constexpr std::array<double, 3> kComparedQuantiles{0.50, 0.90, 0.99};

/// How the streams of the arms were started relative to each other, which decides what they have in common.
enum class Pairing : std::uint8_t {
    Dealt,      ///< open loop: every block of arrivals was dealt to the arms, one each
    Alongside,  ///< closed loops side by side: what was started at about the same time met about the same conditions
    Apart,      ///< one arm after the other, or two runs: drift between them looks like a difference
};

enum class ComparisonFinding : std::uint8_t {
    Faster,           ///< shown after correction for all rows, and the interval lies below no change
    Slower,           ///< likewise above
    NoDifference,     ///< not shown
    TooFewStreams,    ///< no interval can be given, see streams_needed
    NothingObserved,  ///< one arm has no value, or neither arm ever got there
    FailsTooOften,    ///< the arm that looks better fails so often that its figure is no merit (judge/failing_winners.h)
};

/// Relative change (other ÷ base − 1): −0.18 is 18 % faster. `high` may be +∞, when the other arm's quantile may lie among those that never
/// answered.
struct ChangeInterval {
    double low = 0;
    double high = 0;
};

/// One quantile of one metric in two arms. `base` and `other` are absent when nothing was observed and hold no value when infinite.
struct QuantileComparison {
    Metric metric = Metric::Ttft;
    double quantile = 0.5;
    std::optional<Distribution::Quantile> base;
    std::optional<Distribution::Quantile> other;
    std::optional<core::Duration> difference;  ///< other − base, when both are finite
    std::optional<double> change;              ///< relative, when both are finite
    std::optional<ChangeInterval> interval;    ///< of the relative change, by itself
    double p_value = 1;                        ///< permutation test, by itself
    double p_adjusted = 1;                     ///< by Holm, over all rows of all arms
    ComparisonFinding finding = ComparisonFinding::NothingObserved;
    std::uint64_t streams_needed = 0;  ///< in each arm, to settle an undecided row; 0 when it is settled
};

/// The share of failed streams (cancelled ones left out) in two arms, with the interval of the difference in 0..1 (Newcombe 1998, method 10).
struct ErrorComparison {
    double base = 0;
    double other = 0;
    double low = 0;
    double high = 0;
    double p_value = 1;
    double p_adjusted = 1;
    ComparisonFinding finding = ComparisonFinding::NoDifference;  ///< Slower: the other arm fails more; Faster: less
};

struct ArmComparison {
    std::string base;
    std::string other;
    std::vector<QuantileComparison> quantiles;  ///< by metric in table order, then by quantile
    std::optional<ErrorComparison> errors;      ///< absent when an arm has no ended stream
};

}  // namespace relaybench::result
