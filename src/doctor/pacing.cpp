#include "doctor/pacing.h"

#include <algorithm>

namespace relaybench::doctor {

namespace {

constexpr core::Duration kBurstGap = std::chrono::milliseconds(50);
constexpr core::Duration kEvenLag = std::chrono::milliseconds(150);
constexpr core::Duration kCoalescedLag = std::chrono::milliseconds(450);
constexpr double kNoSpread = 0.10;
constexpr std::size_t kFewestEvents = 4;

std::size_t bursts_of(const std::vector<PacedArrival>& events) {
    std::size_t bursts = 1;
    for (std::size_t i = 1; i < events.size(); ++i) {
        bursts += events[i].came - events[i - 1].came >= kBurstGap ? 1U : 0U;
    }
    return bursts;
}

/// Two clocks without a common zero: only differences of lags mean something.
core::Duration worst_lag_of(const std::vector<PacedArrival>& events) {
    core::Duration least = core::Duration::max();
    core::Duration most = core::Duration::min();
    for (const auto& event : events) {
        const core::Duration lag = event.came - events.front().came - event.sent;
        least = std::min(least, lag);
        most = std::max(most, lag);
    }
    return most - least;
}

}  // namespace

Pacing pacing_of(const std::vector<PacedArrival>& events) {
    Pacing pacing;
    if (events.size() < kFewestEvents) {
        return pacing;
    }
    pacing.bursts = bursts_of(events);
    pacing.worst_lag = worst_lag_of(events);
    pacing.spread = events.back().came - events.front().came;
    pacing.sent_spread = events.back().sent - events.front().sent;
    const double share =
        pacing.sent_spread.count() > 0 ? static_cast<double>(pacing.spread.count()) / static_cast<double>(pacing.sent_spread.count()) : 1.0;
    if (pacing.worst_lag <= kEvenLag) {
        pacing.verdict = Pacing::Verdict::Even;
    } else if (share <= kNoSpread || pacing.bursts <= 2) {
        pacing.verdict = Pacing::Verdict::BufferedFull;
    } else {
        pacing.verdict = pacing.worst_lag <= kCoalescedLag ? Pacing::Verdict::Coalesced : Pacing::Verdict::BufferedChunks;
    }
    return pacing;
}

}  // namespace relaybench::doctor
