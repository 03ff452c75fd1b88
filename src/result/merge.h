#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "result/run_result.h"

namespace relaybench::result {

/// A result and what an error line calls it: the path of its file.
struct NamedResult {
    std::string name;
    RunResult result;
};

/// How the parts of a sum lie in time.
enum class Timing {
    AtOnce,  ///< their windows began together: seconds lie upon each other, the longest window counts
    InTurn,  ///< each began when the one before was over: windows add up
};

/// Adds up results of one plan. Counts, outcomes and histogram buckets add, quantiles are taken from the sums, never from quantiles; series
/// add second by second; the sample of streams is drawn again by the rule of StreamSample, so it stays uniform and bounded; audit and
/// warnings are judged again on the sum, and what distorted a part distorts the sum. Gates and comparisons are the caller's to judge: the sum
/// has none. Streams that the parts hold in memory are kept for comparing; parts from files hold none, so that their arms are compared by
/// their histograms.
///
/// Refuses results of another scenario or of other arms than the first's: all problems, one a line, each naming both. `parts` must not be
/// empty. One part alone gives itself back but for its gates.
[[nodiscard]] core::Expected<RunResult> merge(const std::vector<NamedResult>& parts, Timing timing);

/// The same for shards of one run (--shard i/n), played at once: also refuses what is no shard, another seed, a shard that is there twice, and a
/// set in which one is missing. The sum lists its shards in its provenance, and a warning tells when they did not start together.
[[nodiscard]] core::Expected<RunResult> merge_shards(const std::vector<NamedResult>& parts);

}  // namespace relaybench::result
