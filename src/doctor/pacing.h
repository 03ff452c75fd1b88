#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"

namespace relaybench::doctor {

/// One event as it was sent and as it came.
struct PacedArrival {
    core::Duration sent{0};  ///< by the relay's clock, since its stream began
    core::TimePoint came;
    std::uint64_t number = 0;  ///< by the relay's count, from 1; 0: not known
};

/// When the relay must have begun, at the latest, had nothing been held back: the request, and how long an answer to such a request takes
/// that is over at once. Without it a hold that is the same for all events cannot be told from distance.
struct PaceOrigin {
    core::TimePoint asked;
    core::Duration round_trip{0};
};

/// What happened to the pace of a stream on its way. Pure: `pacing_of` decides from times alone.
///
///   lag of an event = came − asked − round trip − sent
///   steady hold     = the median lag: the last event often leaves with the end of the stream, which nothing holds
///   worst lag       = the greatest lag beyond the least
///   burst           = events that come within 50 ms of each other; a lump is a burst of more than one
///   one behind      = each event comes when the next one is sent, and the last one with the end
struct Pacing {
    enum class Verdict : std::uint8_t {
        Even,            ///< as it was sent, jitter aside
        Stalled,         ///< even but for a pause: loss, or a machine that was busy; no buffer does that once
        Coalesced,       ///< held for some hundred milliseconds (often HAProxy's 200 ms): unpleasant, not harmful
        HeldAtFirst,     ///< the first events in one lump and the others in time: somebody gathers the beginning, or a pause
        BufferedChunks,  ///< let go in quanta, each when a buffer was full
        BufferedFull,    ///< all at once, at the end
        TooFew,          ///< nothing to judge
    } verdict = Verdict::TooFew;
    std::size_t events = 0;
    std::size_t bursts = 0;
    std::size_t lumped = 0;  ///< events that came in lumps
    core::Duration worst_lag{0};
    core::Duration steady_hold{0};   ///< without an origin: beyond the least lag
    core::Duration longest_hold{0};  ///< the greatest lag; without an origin: beyond the least
    core::Duration spread{0};        ///< between the first and the last arrival
    core::Duration sent_spread{0};   ///< between the first and the last sending
    std::size_t first_lump = 0;      ///< events in the first burst
    bool is_one_behind = false;

    [[nodiscard]] bool is_even() const { return verdict == Verdict::Even || verdict == Verdict::Stalled; }
    [[nodiscard]] bool is_buffered() const { return verdict == Verdict::BufferedChunks || verdict == Verdict::BufferedFull; }
};
[[nodiscard]] Pacing pacing_of(const std::vector<PacedArrival>& events, std::optional<PaceOrigin> origin = std::nullopt);

}  // namespace relaybench::doctor
