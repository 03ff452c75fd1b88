#include "doctor/pacing.h"

#include <algorithm>

namespace relaybench::doctor {

namespace {

using Verdict = Pacing::Verdict;

constexpr core::Duration kBurstGap = std::chrono::milliseconds(50);
constexpr core::Duration kEvenLag = std::chrono::milliseconds(150);
constexpr core::Duration kJitter = std::chrono::milliseconds(220);  ///< of events that still come one by one
constexpr core::Duration kCoalescedLag = std::chrono::milliseconds(450);
constexpr double kNoSpread = 0.10;
constexpr std::size_t kFewestEvents = 4;

void count_bursts(Pacing& pacing, const std::vector<PacedArrival>& events) {
    for (std::size_t first = 0; first < events.size();) {
        std::size_t next = first + 1;
        while (next < events.size() && events[next].came - events[next - 1].came < kBurstGap) {
            ++next;
        }
        pacing.bursts += 1;
        pacing.lumped += next - first > 1 ? next - first : 0;
        first = next;
    }
}

/// Two clocks without a common zero: a lag alone means something only against an origin, differences of lags always do.
void measure_lags(Pacing& pacing, const std::vector<PacedArrival>& events, const std::optional<PaceOrigin>& origin) {
    const core::TimePoint zero = origin ? origin->asked + origin->round_trip : events.front().came;
    const auto lag = [&](const PacedArrival& event) { return event.came - zero - event.sent; };
    const auto [least, most] =
        std::minmax_element(events.begin(), events.end(), [&](const auto& a, const auto& b) { return lag(a) < lag(b); });
    pacing.worst_lag = lag(*most) - lag(*least);
    if (origin) {
        pacing.steady_hold = std::max(lag(*least), core::Duration{0});
    }
}

/// The shortest time between two events as they were sent.
core::Duration interval_of(const std::vector<PacedArrival>& events) {
    core::Duration shortest = core::Duration::max();
    for (std::size_t i = 1; i < events.size(); ++i) {
        shortest = std::min(shortest, events[i].sent - events[i - 1].sent);
    }
    return shortest;
}

/// A timer that holds bytes back for longer than the time between two events would let them go together. Those that come one by one and
/// later than that are of a stream that began late.
bool is_held_steadily(const Pacing& pacing, const std::vector<PacedArrival>& events) {
    return pacing.steady_hold && *pacing.steady_hold > kEvenLag && *pacing.steady_hold < interval_of(events);
}

Verdict verdict_of(const Pacing& pacing, const std::vector<PacedArrival>& events) {
    const bool one_by_one = pacing.lumped <= 2;
    if (pacing.worst_lag <= kEvenLag || (one_by_one && pacing.worst_lag <= kJitter)) {
        return is_held_steadily(pacing, events) ? Verdict::Coalesced : Verdict::Even;
    }
    const double share =
        pacing.sent_spread.count() > 0 ? static_cast<double>(pacing.spread.count()) / static_cast<double>(pacing.sent_spread.count()) : 1.0;
    if (share <= kNoSpread || pacing.bursts <= 2) {
        return Verdict::BufferedFull;
    }
    if (pacing.lumped * 2 <= pacing.events) {
        return Verdict::Stalled;
    }
    return pacing.worst_lag <= kCoalescedLag ? Verdict::Coalesced : Verdict::BufferedChunks;
}

}  // namespace

Pacing pacing_of(const std::vector<PacedArrival>& events, std::optional<PaceOrigin> origin) {
    Pacing pacing;
    pacing.events = events.size();
    if (events.size() < kFewestEvents) {
        return pacing;
    }
    count_bursts(pacing, events);
    measure_lags(pacing, events, origin);
    pacing.spread = events.back().came - events.front().came;
    pacing.sent_spread = events.back().sent - events.front().sent;
    pacing.verdict = verdict_of(pacing, events);
    return pacing;
}

}  // namespace relaybench::doctor
