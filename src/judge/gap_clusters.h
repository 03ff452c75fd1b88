#pragma once

#include "result/comparison.h"
#include "result/distribution.h"
#include "result/stream_values.h"

namespace relaybench::judge {

/// Permutation test over whole streams: are as many gaps of the other arm above the q-quantile of both together (`both`)? Two-sided; needs
/// the streams of both arms.
[[nodiscard]] double gap_p_value(const result::StreamSet& base, const result::StreamSet& other, const result::Distribution& both, double q,
                                 result::Pairing pairing);

}  // namespace relaybench::judge
