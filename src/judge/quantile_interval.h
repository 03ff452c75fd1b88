#pragma once

#include <optional>

#include "result/comparison.h"
#include "result/distribution.h"

namespace relaybench::judge {

inline constexpr double kConfidence = 0.95;

/// Logarithms of a quantile and of its limits; +∞ for ranks that never got there.
struct LogQuantile {
    double low = 0;
    double value = 0;
    double high = 0;
    double beyond = 0;  ///< how many independent values lie on the quantile's thinner side: what the limits' distance rests on
};

/// Limits by order statistics of `independent` values that are distributed like those of the distribution (fewer than it has, when values
/// come in dependent clusters; all of them otherwise). nullopt when there are too few for any limits.
[[nodiscard]] std::optional<LogQuantile> log_quantile(const result::Distribution& distribution, double q, double independent,
                                                      double confidence = kConfidence);

/// Interval of the relative change, by variance estimates recovery on the logarithms (Zou and Donner 2008, "Construction of confidence limits
/// about effect measures"), with the correlation of the two arms' estimates. Limits of one arm allow for their distance being estimated from
/// the few values beyond the quantile; that of a difference rests on the values of both (Welch 1947), without which it would be too wide.
[[nodiscard]] result::ChangeInterval change_interval(const LogQuantile& base, const LogQuantile& other, double correlation);

/// What the limits say when a size cannot be given because one of the quantiles is infinite.
[[nodiscard]] result::ComparisonFinding finding_of_infinite(const LogQuantile& base, const LogQuantile& other);

}  // namespace relaybench::judge
