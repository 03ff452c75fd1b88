#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "result/distribution.h"
#include "result/metric.h"
#include "result/run_result.h"

namespace relaybench::judge {

inline constexpr double kConfidence = 0.95;
inline constexpr std::array<double, 3> kComparedQuantiles{0.50, 0.90, 0.99};

enum class Finding : std::uint8_t {
    Faster,           ///< the whole interval lies below no change
    Slower,           ///< the whole interval lies above no change
    NoDifference,     ///< the interval contains no change
    TooFewStreams,    ///< no interval can be given, see streams_needed
    NoInterval,       ///< the values of one stream depend on each other (gaps): a difference without a verdict
    NothingObserved,  ///< one arm has no value, or neither arm ever got there
};

/// Relative change (other ÷ base − 1): −0.18 is 18 % faster. `high` may be +∞, when the other arm's quantile may lie among those that never
/// answered.
struct ChangeInterval {
    double low = 0;
    double high = 0;
};

/// One quantile of one metric in two arms. `base` and `other` are absent when nothing was observed and hold no value when infinite.
struct QuantileComparison {
    result::Metric metric = result::Metric::Ttft;
    double quantile = 0.5;
    std::optional<result::Distribution::Quantile> base;
    std::optional<result::Distribution::Quantile> other;
    std::optional<core::Duration> difference;  ///< other − base, when both are finite
    std::optional<double> change;              ///< relative, when both are finite
    std::optional<ChangeInterval> interval;    ///< of the relative change
    Finding finding = Finding::NothingObserved;
    std::uint64_t streams_needed = 0;  ///< in each arm; set for TooFewStreams
};

/// The share of failed streams (cancelled ones left out) in two arms, with the interval of the difference in 0..1 (Newcombe 1998, method 10).
struct ErrorComparison {
    double base = 0;
    double other = 0;
    double low = 0;
    double high = 0;
    /// The interval excludes zero.
    [[nodiscard]] bool differs() const { return low > 0 || high < 0; }
};

struct ArmComparison {
    std::string base;
    std::string other;
    std::vector<QuantileComparison> quantiles;  ///< by metric in table order, then by quantile
    std::optional<ErrorComparison> errors;      ///< absent when an arm has no ended stream
};

/// Every arm against the first one, for each metric that a table shows and both observed. Each interval has a confidence of 95 % by itself:
/// of twenty rows of two equal relays, one may be called different by chance.
[[nodiscard]] std::vector<ArmComparison> compare_arms(const result::RunResult& run);

/// Exact order-statistic limits of each arm, combined by the method of variance estimates recovery on the logarithms (Zou & Donner 2008).
[[nodiscard]] QuantileComparison compare_quantile(const result::ArmResult& base, const result::ArmResult& other, result::Metric metric,
                                                  double quantile);

/// "B faster by 18 % (12…23)", "B slower: 4.1× (3.8…4.5)", "no difference shown (±4 %)", "too few streams (need ≈ 370)".
[[nodiscard]] std::string verdict_words(const QuantileComparison& comparison, std::string_view other_name);
/// "B fails more (+0.9…+2.6 points)", "no difference in failures shown".
[[nodiscard]] std::string verdict_words(const ErrorComparison& comparison, std::string_view other_name);

}  // namespace relaybench::judge
