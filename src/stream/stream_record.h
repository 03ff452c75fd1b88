#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"
#include "stream/gap_sample.h"
#include "stream/outcome.h"
#include "stream/transport.h"
#include "wire/stream_event.h"

namespace relaybench::stream {

/// One finished stream: every phase that it reached and how it ended. Absent phases were not reached (or do not exist, as TLS on plain
/// TCP). All times on the process's monotonic line.
struct StreamRecord {
    // What every chunk touches stands together: thousands of streams do not fit into the cache.
    std::optional<core::TimePoint> first_event;  ///< of any kind
    std::optional<core::TimePoint> first_token;
    std::optional<core::TimePoint> first_answer;  ///< first token that is not reasoning
    std::optional<core::TimePoint> last_token;
    std::uint32_t chunks = 0;     ///< token-bearing events
    std::uint32_t coalesced = 0;  ///< token-bearing events that shared a read with the one before
    std::uint32_t stalls = 0;
    std::uint32_t unknown_events = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t token_bytes = 0;
    core::Duration longest_gap{0};
    GapSample gaps;

    std::uint64_t arrival = 0;  ///< number of the start in the schedule, over all arms and workers
    std::uint32_t arm = 0;
    std::uint32_t attempt = 0;
    bool warmup = false;
    bool reused_connection = false;
    bool opens_slot = false;  ///< closed loop: the first of its slot, which was due at no time; of a stream just played only, never saved
    core::TimePoint intended_start;
    core::TimePoint started;
    std::optional<core::TimePoint> connected;
    std::optional<core::TimePoint> secured;
    std::optional<core::TimePoint> upgraded;  ///< valid 101 received
    std::optional<core::TimePoint> written;   ///< last byte of the request
    std::optional<core::TimePoint> head;      ///< status line and headers complete
    core::TimePoint ended;
    wire::TokenKind first_token_kind = wire::TokenKind::None;
    StampSource stamp_source = StampSource::User;

    std::optional<std::uint64_t> usage_tokens;  ///< completion tokens as the server counted them

    Outcome outcome = Outcome::Cancelled;
    int status = 0;      ///< HTTP status; 0 when no head came
    int close_code = 0;  ///< WebSocket close code; 0 when no frame came
    std::optional<EndKind> end_kind;
    std::string detail;  ///< for people: at most 300 bytes, printable, scrubbed; empty for complete
};

}  // namespace relaybench::stream
