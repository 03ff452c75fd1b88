#pragma once

#include <span>
#include <vector>

namespace relaybench::stats {

/// p values of tests that are read together, adjusted so that calling those of at most α different errs with a probability of at most α
/// in all, however the tests depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure"). In the order given.
[[nodiscard]] std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace relaybench::stats
