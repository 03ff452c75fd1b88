#pragma once

#include <string_view>
#include <vector>

#include "result/run_result.h"

namespace relaybench::result {

/// Judges the generator by the rules of docs/metrics.md, "self-audit": fills client_delay and schedule_lag from the arms, and reasons,
/// distorted and saturated from them and from the workers. Saturated is a run when the p99 of its schedule lag is above 5 % of the median
/// ttft_intended, the p99 of its read delay above half of the median ttft, or above a quarter of the median gap while more than one chunk in
/// a thousand was read together with the one before (the delay is known from kernel
/// stamps, which it does not move), each above 0.1 ms and shown: three delays or more lie above the limit, and more than 1 % of all beyond
/// chance (5 %, binomial), since a p99 over few values is the worst of them; or when a worker used more than 90 % of its core.
void judge_generator(Audit& audit, const std::vector<ArmResult>& arms);

/// What the reader must know, from a finished run with its audit.
[[nodiscard]] std::vector<Warning> warnings_of(const RunResult& run);

/// Whether warnings_of() gives warnings of this code: they are not carried over when results are added up, but found again in the sum.
[[nodiscard]] bool is_found_again(std::string_view code);

}  // namespace relaybench::result
