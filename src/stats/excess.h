#pragma once

#include <cstdint>

namespace relaybench::stats {

/// Whether `hits` of `count` show that hits are more frequent than `share`, at a risk of 5 %: P(X ≥ hits) with X ~ Binomial(count, share),
/// independent trials, is below it. `share` lies strictly between 0 and 1; false for no trials.
[[nodiscard]] bool shows_excess(std::uint64_t hits, std::uint64_t count, double share);

}  // namespace relaybench::stats
