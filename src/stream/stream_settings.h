#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "core/secret.h"
#include "wire/dialect.h"

namespace relaybench::stream {

enum class HeartbeatLevel : std::uint8_t { Off, Protocol, Json };

/// What all streams of an arm have in common. Must outlive them.
struct StreamSettings {
    wire::Dialect dialect = wire::Dialect::ChatSse;
    core::Duration connect_timeout = std::chrono::seconds(10);       ///< start → connection, TLS and upgrade
    core::Duration first_token_timeout = std::chrono::seconds(120);  ///< request written → first token
    core::Duration idle_timeout = std::chrono::seconds(120);         ///< between payload events
    core::Duration stall_threshold = std::chrono::seconds(1);
    /// How long a refusal's body, or the end after a finish signal of an HTTP body, is waited for.
    core::Duration end_grace = std::chrono::seconds(5);
    /// How long a WebSocket may still bring usage or its close frame after the finish signal before we close it.
    core::Duration websocket_grace = std::chrono::milliseconds(100);
    HeartbeatLevel heartbeat = HeartbeatLevel::Protocol;  ///< WebSocket only
    core::Duration heartbeat_interval = std::chrono::seconds(30);
    core::Duration heartbeat_dead_after = std::chrono::seconds(55);
    std::vector<core::Secret> secrets;  ///< scrubbed from every text that a relay sends
};

}  // namespace relaybench::stream
