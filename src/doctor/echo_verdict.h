#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "doctor/check.h"
#include "doctor/websocket_probe.h"

namespace relaybench::doctor {

/// What is sent for echo.
struct EchoMessage {
    SocketEvent::Kind kind = SocketEvent::Kind::Text;
    std::string payload;
    std::string name;  ///< "a short text"
};
[[nodiscard]] bool is_echo(const SocketEvent& event, const EchoMessage& message);

/// What came in place of an echo.
struct EchoFailure {
    SocketEvent::Kind kind = SocketEvent::Kind::TimedOut;
    std::uint16_t close_code = 0;
    std::string name;                ///< of the message
    bool is_skipped = false;         ///< a later message came back
    bool comes_when_pushed = false;  ///< it came back when more was sent behind it

    [[nodiscard]] bool ends_connection() const;
};
/// `expected`: the message that should have come back, and those behind it.
[[nodiscard]] EchoFailure failure_of(const SocketEvent& event, std::span<const EchoMessage> expected);

/// How some messages fared.
struct EchoRun {
    std::size_t sent = 0;
    std::size_t came = 0;               ///< back, in order
    std::optional<EchoFailure> failed;  ///< what happened to the next one
    bool still_moving = false;          ///< time was up while bytes still moved

    [[nodiscard]] bool is_whole() const { return !failed && !still_moving; }
};

/// `small`: the same with small messages only, on another connection; played when the first connection ended. Pure.
///
///   nothing came back, and the connection stands         ws.one-way
///   it came when more was sent behind it                 ws.buffered
///   the connection ended, and small messages end it too  ws.gateway, ws.policy-denied or ws.cut, by the code of the Close frame
///   else                                                 ws.frame-blocked
[[nodiscard]] Outcome judge_echo(const EchoRun& run, const std::optional<EchoRun>& small);

}  // namespace relaybench::doctor
