#include "result/run_result.h"

#include <algorithm>
#include <numeric>

namespace relaybench::result {

std::uint64_t ArmResult::ended() const { return std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0}); }

std::uint64_t ArmResult::errored() const {
    std::uint64_t sum = 0;
    for (const stream::Outcome each : stream::all_outcomes())
        sum += stream::is_error(each) ? outcome(each) : 0;
    return sum;
}

Counters& Counters::operator+=(const Counters& other) {
    started += other.started;
    chunks += other.chunks;
    coalesced += other.coalesced;
    unknown_events += other.unknown_events;
    stalls += other.stalls;
    longest_stall = std::max(longest_stall, other.longest_stall);
    body_bytes += other.body_bytes;
    tokens += other.tokens;
    streams_with_usage += other.streams_with_usage;
    reused_connections += other.reused_connections;
    kernel_stamped += other.kernel_stamped;
    user_stamped += other.user_stamped;
    first_tokens_reasoning += other.first_tokens_reasoning;
    missed_starts += other.missed_starts;
    return *this;
}

}  // namespace relaybench::result
