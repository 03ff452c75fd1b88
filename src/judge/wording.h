#pragma once

#include <string>
#include <string_view>

#include "result/distribution.h"
#include "result/metric.h"

/// Words for numbers that cannot be given as numbers, the same in gates and in reports.
namespace relaybench::judge {

/// "p50", "p99.9", "p99.95".
[[nodiscard]] std::string quantile_name(double q);

/// "never answered", "never completed", … by what the metric waits for.
[[nodiscard]] std::string_view never_words(result::Metric metric);

/// never ÷ count; 0 when empty.
[[nodiscard]] double never_share(const result::Distribution& distribution);

/// A quantile that is +∞: "> 1.20 s (2 % never answered)" with the slowest that did, or "never answered (100 %)".
[[nodiscard]] std::string infinite_text(result::Metric metric, const result::Distribution& distribution);

}  // namespace relaybench::judge
