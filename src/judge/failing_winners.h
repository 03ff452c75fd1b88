#pragma once

#include "result/comparison.h"
#include "result/run_result.h"

namespace relaybench::judge {

/// Failures never win. Figures of streams that answered, and first tokens of streams that broke later, look good on a relay that fails; so
/// what a row says in favour of an arm is taken back (FailsTooOften) when
///  - not one stream of that arm completed, or
///  - so many failed that the row's quantile lies among them, which the other arm's does not, or which `comparison.errors` shows to be
///    more than in the other arm.
/// Below that the row stands: p50 of a relay that fails 2 % of its streams more is what it is; verdict_words() says beside it who fails more.
void take_back_wins_of_failing_arms(result::ArmComparison& comparison, const result::ArmResult& base, const result::ArmResult& other);

}  // namespace relaybench::judge
