#pragma once

#include <optional>

#include "result/run_result.h"
#include "stats/hdr_histogram.h"

namespace relaybench::result {

/// An empty histogram of stamp errors: nanoseconds, 1 ns to 1 h, 3 digits.
[[nodiscard]] stats::HdrHistogram stamp_error_histogram();

/// What is told of the errors, with the histogram itself.
[[nodiscard]] StampError::Summary summary_of(const stats::HdrHistogram& errors_ns);

/// Both together; nullopt when either holds errors whose histogram is not known.
[[nodiscard]] std::optional<StampError> sum_of(const StampError& a, const StampError& b);

}  // namespace relaybench::result
