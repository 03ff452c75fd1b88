#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "doctor/pacing.h"

namespace relaybench::doctor {

/// The same stream asked for in other ways. Those from `again` on are played only when the plain one is late, and only as far as they can
/// tell something.
struct StreamArms {
    Pacing plain;                                     ///< POST, uncompressed
    std::optional<Pacing> compressed = std::nullopt;  ///< the answer came compressed
    std::optional<Pacing> by_get = std::nullopt;
    std::optional<Pacing> again = std::nullopt;               ///< as the plain one, when nothing else goes on
    std::optional<Pacing> tight = std::nullopt;               ///< events at a third of the distance
    std::optional<Pacing> padded = std::nullopt;              ///< events of 2 KiB
    std::optional<Pacing> direct = std::nullopt;              ///< without the proxy
    std::optional<core::Duration> unevenness = std::nullopt;  ///< of the line (line_evenness.h)
    std::optional<core::Duration> dispersion = std::nullopt;  ///< how far the line spreads 12,000 bytes that were written at once
};

/// A line that takes this long for 12,000 bytes delays small events by the rest of doctor's own traffic.
[[nodiscard]] bool is_thin(core::Duration dispersion);

/// What holds a stream back.
enum class Holder : std::uint8_t {
    Nobody,
    UnevenLine,  ///< its delay varies as much
    Beginning,   ///< the first events are gathered, the others are not
    NextEvent,   ///< each waits for the next one
    ThinLine,    ///< late while the line was busy, in time when it was not
    Once,        ///< in time when tried again
    Coalescer,   ///< neighbouring events are let go together
    Proxy,       ///< the configured one
    FullBuffer,  ///< lets go when it is full: large events pass
    Quanta,      ///< the same, told by the lumps in which small events come
    Everything,  ///< all at the end
    Compressor,
    GetOnly,
    Undecided,
};
/// Pure.
[[nodiscard]] Holder holder_of(const StreamArms& arms);

}  // namespace relaybench::doctor
