#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/quantile_interval.h"
#include "result/comparison.h"
#include "result/run_result.h"

namespace relaybench::judge {

using result::ArmComparison;
using result::ComparisonFinding;
using result::ErrorComparison;
using result::QuantileComparison;

/// An undecided row counts as settled once its interval reaches no farther than this to either side.
inline constexpr double kSettledWithin = 0.05;

/// Every arm against the first one, for each metric that a table shows and both observed, and for failures. The unit is the stream:
///  - p values by permuting whole streams within what was dealt together (stats/stratified_test.h), adjusted by Holm over all rows;
///  - intervals by order statistics of each arm, less what the arms share because they were measured at the same time. Each covers the true
///    change with the run's confidence by itself; a row is called different at a risk of 1 − confidence over all rows together.
/// Results that were read from files have no streams: they are judged by their histograms as arms measured apart.
[[nodiscard]] std::vector<ArmComparison> compare_arms(const result::RunResult& run);

/// One row by itself: no correction for others.
[[nodiscard]] QuantileComparison compare_quantile(const result::ArmResult& base, const result::ArmResult& other, result::Metric metric,
                                                  double quantile, result::Pairing pairing, double confidence = kConfidence);

/// Which arm of a row looks better, whatever was found: told by the sizes; an arm that never got there has none.
[[nodiscard]] bool other_looks_better(const QuantileComparison& comparison);

/// "B faster by 18 % (12…23)", "B slower: 4.1× (3.8…4.5)", "no difference shown (±4 %)", "too few streams (need ≈ 370)". An undecided row says
/// why: its interval holds "no change", or leaves it out in this row alone, which by chance one of so many rows may do.
[[nodiscard]] std::string verdict_words(const QuantileComparison& comparison, std::string_view other_name);
/// The same, and who fails more beside a verdict in its favour: "B faster by 18 % (12…23), but fails more".
[[nodiscard]] std::string verdict_words(const QuantileComparison& comparison, const std::optional<ErrorComparison>& errors,
                                        std::string_view other_name);
/// Whether the row alone shows a difference, and all rows together do not.
[[nodiscard]] bool is_shown_alone(const QuantileComparison& comparison);
/// "B fails more (+0.9…+2.6 points)", "no difference in failures shown (-1.2…+1.6 points)".
[[nodiscard]] std::string verdict_words(const ErrorComparison& comparison, std::string_view other_name);

}  // namespace relaybench::judge
