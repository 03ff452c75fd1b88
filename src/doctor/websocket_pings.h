#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// Pings that were sent, by their payloads. A pong that nobody asked for is allowed (RFC 6455 §5.5.3) and answers none of them. Pure.
class SentPings {
  public:
    /// Notes one more; gives its payload.
    [[nodiscard]] std::string add(core::TimePoint at);
    /// How long the ping waited that this pong answers; nothing: there is none, or it had its answer.
    [[nodiscard]] std::optional<core::Duration> answer(std::string_view payload, core::TimePoint at);
    [[nodiscard]] std::size_t count() const { return pings_.size(); }

  private:
    struct Ping {
        std::string payload;
        core::TimePoint at;
        bool answered = false;
    };
    std::vector<Ping> pings_;
};

/// Five of them, 200 ms apart, and then the question to the relay how many it got; nothing is waited for beyond `ends`.
[[nodiscard]] PingTally send_pings(WebSocketProbe& socket, Deadline ends);
/// Pure.
[[nodiscard]] Outcome judge_pings(const PingTally& tally);

}  // namespace relaybench::doctor
