#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::doctor {

/// What GET /v1/doctor/hello says.
struct HelloReply {
    std::string challenge;
    std::vector<std::string> received_headers;  ///< their names, in lower case
};
[[nodiscard]] std::optional<HelloReply> read_hello(std::string_view json);

/// Whether a peer that was asked for its models without a key answers as a relay does: 200 with a list, or 401, 403 and 429 with an error in
/// JSON. Any other JSON is somebody else's.
[[nodiscard]] bool speaks_like_relay(int status, std::string_view json);

/// The ids of GET /v1/models; empty when it is no such list. At most 1,000.
[[nodiscard]] std::vector<std::string> read_models(std::string_view json);

/// What GET /v1/doctor/stream/ID says that the stream has written.
struct StreamCounts {
    std::uint64_t events = 0;
    std::uint64_t comments = 0;  ///< the opening one included
};
[[nodiscard]] std::optional<StreamCounts> read_counts(std::string_view json);

/// Whether an error document names a quota that is used up rather than a rate ("insufficient_quota" as code or type).
[[nodiscard]] bool names_quota(std::string_view json);

/// One event of the synthetic stream: its number from 1, and when the relay wrote it, in microseconds since it began.
struct PacedEvent {
    std::uint64_t number = 0;
    std::int64_t sent_us = 0;
};
[[nodiscard]] std::optional<PacedEvent> read_paced_event(std::string_view json);

/// `pings` of the WebSocket's answer to {"ask":"pings"}.
[[nodiscard]] std::optional<std::uint64_t> read_pings(std::string_view json);

}  // namespace relaybench::doctor
