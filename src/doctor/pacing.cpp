#include "doctor/pacing.h"

#include <algorithm>

namespace relaybench::doctor {

namespace {

using Verdict = Pacing::Verdict;

constexpr core::Duration kBurstGap = std::chrono::milliseconds(50);
constexpr core::Duration kEvenLag = std::chrono::milliseconds(150);
constexpr core::Duration kJitter = std::chrono::milliseconds(220);  ///< of events that still come one by one
constexpr core::Duration kCoalescedLag = std::chrono::milliseconds(450);
constexpr double kAtTheEnd = 0.25;  ///< of the time in which they were sent
constexpr std::size_t kFewestEvents = 4;
constexpr std::size_t kFewestAtFirst = 3;  ///< a lump at the beginning of fewer is jitter
constexpr core::Duration kSameDistance = std::chrono::milliseconds(60);

void count_bursts(Pacing& pacing, const std::vector<PacedArrival>& events) {
    for (std::size_t first = 0; first < events.size();) {
        std::size_t next = first + 1;
        while (next < events.size() && events[next].came - events[next - 1].came < kBurstGap) {
            ++next;
        }
        pacing.first_lump = pacing.bursts == 0 ? next : pacing.first_lump;
        pacing.bursts += 1;
        pacing.lumped += next - first > 1 ? next - first : 0;
        first = next;
    }
}

/// Two clocks without a common zero: a lag alone means something only against an origin, differences of lags always do.
void measure_lags(Pacing& pacing, const std::vector<PacedArrival>& events, const std::optional<PaceOrigin>& origin) {
    const core::TimePoint zero = origin ? origin->asked + origin->round_trip : events.front().came;
    std::vector<core::Duration> lags;
    lags.reserve(events.size());
    for (const auto& event : events) {
        lags.push_back(event.came - zero - event.sent);
    }
    std::sort(lags.begin(), lags.end());
    const core::Duration ground = origin ? core::Duration{0} : lags.front();
    pacing.worst_lag = lags.back() - lags.front();
    pacing.steady_hold = std::max(lags[lags.size() / 2] - ground, core::Duration{0});
    pacing.longest_hold = std::max(lags.back() - ground, core::Duration{0});
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
    return pacing.steady_hold > kEvenLag && pacing.steady_hold < interval_of(events);
}

/// The first events in one lump, the first of them the latest of all, and hardly another lump.
bool is_held_at_first(const Pacing& pacing, const std::vector<PacedArrival>& events) {
    core::Duration least = core::Duration::max();
    for (const auto& event : events) {
        least = std::min(least, event.came - events.front().came - event.sent);
    }
    const core::Duration first_lag = -events.front().sent - least;
    return pacing.worst_lag > kEvenLag && pacing.first_lump >= kFewestAtFirst && pacing.lumped <= pacing.first_lump + 2 &&
           pacing.first_lump < events.size() && first_lag + kSameDistance >= pacing.worst_lag;
}

/// Whoever lets an event go when he has the next one keeps the same distance to the sending of that one; the last goes with the end.
bool is_one_behind(const std::vector<PacedArrival>& events) {
    core::Duration least = core::Duration::max();
    core::Duration most = core::Duration::min();
    for (std::size_t i = 0; i + 1 < events.size(); ++i) {
        const core::Duration behind = events[i].came - events.front().came - events[i + 1].sent;
        least = std::min(least, behind);
        most = std::max(most, behind);
    }
    const core::Duration last_lag = events.back().came - events.front().came - events.back().sent;
    return most - least <= kSameDistance && interval_of(events) > kBurstGap && std::chrono::abs(last_lag - least) <= kSameDistance;
}

/// Of events most of which came alone.
Verdict verdict_of_singles(const Pacing& pacing, const std::vector<PacedArrival>& events) {
    if (is_held_steadily(pacing, events) || (pacing.is_one_behind && pacing.worst_lag > kEvenLag)) {
        return Verdict::Coalesced;
    }
    const bool is_jitter = pacing.lumped <= 2 && pacing.worst_lag <= kJitter;
    return pacing.worst_lag <= kEvenLag || is_jitter ? Verdict::Even : Verdict::Stalled;
}

Verdict verdict_of(const Pacing& pacing, const std::vector<PacedArrival>& events) {
    const double share =
        pacing.sent_spread.count() > 0 ? static_cast<double>(pacing.spread.count()) / static_cast<double>(pacing.sent_spread.count()) : 1.0;
    if (pacing.worst_lag > kEvenLag && (share <= kAtTheEnd || pacing.bursts == 1)) {
        return Verdict::BufferedFull;
    }
    if (is_held_at_first(pacing, events)) {
        return Verdict::HeldAtFirst;
    }
    if (pacing.worst_lag <= kEvenLag || pacing.lumped * 2 <= pacing.events) {
        return verdict_of_singles(pacing, events);
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
    pacing.is_one_behind = is_one_behind(events);
    pacing.verdict = verdict_of(pacing, events);
    return pacing;
}

}  // namespace relaybench::doctor
