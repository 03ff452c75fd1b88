#pragma once

#include <optional>

#include "judge/paired_streams.h"
#include "result/comparison.h"
#include "result/run_result.h"

namespace relaybench::judge {

/// Shares of failed streams, not adjusted for other rows. `streams` may be empty: the counts of the arms are used then. nullopt when an arm
/// has no stream that was not cancelled.
[[nodiscard]] std::optional<result::ErrorComparison> compare_errors(const result::ArmResult& base, const result::ArmResult& other,
                                                                    const PairedStreams& streams);

}  // namespace relaybench::judge
