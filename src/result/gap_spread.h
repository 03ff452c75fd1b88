#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "result/comparison.h"
#include "result/distribution.h"
#include "result/stream_values.h"

namespace relaybench::result {

/// How much the gaps of one stream resemble each other, at each compared quantile: by which factor a quantile over all gaps is less certain
/// than over as many independent ones (the design effect of drawing whole streams: Kish 1965, Survey Sampling, §5.4), at least 1.
struct GapSpread {
    std::uint64_t streams = 0;  ///< that it was estimated from
    std::array<double, kComparedQuantiles.size()> design_effect{};
};

/// nullopt for fewer than twenty streams: they cannot show how much streams differ.
[[nodiscard]] std::optional<GapSpread> gap_spread(const Distribution& gaps, const std::vector<StreamGaps>& streams);

/// How many of the stream's gaps are longer, estimated from its sample.
[[nodiscard]] double gaps_above(const StreamGaps& stream, std::int64_t cut_us);

}  // namespace relaybench::result
