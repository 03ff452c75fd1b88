#include "result/run_result.h"

#include <numeric>

namespace relaybench::result {

std::uint64_t ArmResult::ended() const { return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0}); }

std::uint64_t ArmResult::errored() const {
    std::uint64_t sum = 0;
    for (const stream::Outcome each : stream::all_outcomes())
        sum += stream::is_error(each) ? outcome(each) : 0;
    return sum;
}

}  // namespace relaybench::result
