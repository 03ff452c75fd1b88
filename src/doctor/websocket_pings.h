#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "doctor/check.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

/// Pings of the WebSocket protocol: those that were sent, those that were answered, and those that the relay saw.
struct PingTally {
    std::size_t sent = 0;
    std::size_t answered = 0;
    core::Duration slowest{0};
    std::optional<std::uint64_t> arrived = std::nullopt;  ///< by the relay's count; nothing: it did not say
    bool ended = false;                                   ///< the connection did not last
};

/// Five of them, 200 ms apart, and then the question to the relay how many it got.
[[nodiscard]] PingTally send_pings(WebSocketProbe& socket);
/// Pure.
[[nodiscard]] Outcome judge_pings(const PingTally& tally);

}  // namespace relaybench::doctor
