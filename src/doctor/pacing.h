#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.h"

namespace relaybench::doctor {

/// One event as it was sent and as it came.
struct PacedArrival {
    core::Duration sent{0};  ///< by the relay's clock, since its stream began
    core::TimePoint came;
};

/// What happened to the pace of a stream on its way. Pure: `pacing_of` decides from times alone.
struct Pacing {
    enum class Verdict : std::uint8_t {
        Even,            ///< as it was sent
        Coalesced,       ///< held for a few hundred milliseconds (often HAProxy's 200 ms): unpleasant, not harmful
        BufferedChunks,  ///< let go in quanta, each when a buffer was full
        BufferedFull,    ///< all at once, at the end
        TooFew,          ///< nothing to judge
    } verdict = Verdict::TooFew;
    std::size_t bursts = 0;         ///< groups of events with at least 50 ms before them
    core::Duration worst_lag{0};    ///< of an event, beyond the least lag
    core::Duration spread{0};       ///< between the first and the last arrival
    core::Duration sent_spread{0};  ///< between the first and the last sending
};
[[nodiscard]] Pacing pacing_of(const std::vector<PacedArrival>& events);

}  // namespace relaybench::doctor
