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

/// Whether a peer that was asked without a key, for its models or with an empty request, answers as a relay does: 200 with a list of models,
/// or a refusal (400, 401, 402, 403, 422, 429, or even 200) with an error in JSON. Any other JSON is somebody else's.
[[nodiscard]] bool speaks_like_relay(int status, std::string_view json);

/// A list of models, as far as it came.
struct ModelList {
    std::vector<std::string> names;  ///< at most 5,000
    bool is_whole = false;           ///< it came to its end, and announces no further page
};
/// What GET /v1/models answers, in the shapes that relays have for it: {"data": […]} (null where there are none), {"models": […]}, a bare
/// array. A list that was cut off is one when it names a model. Nothing when it is no such list.
[[nodiscard]] std::optional<ModelList> read_model_list(std::string_view json);

/// Whether it is the document of a model, as GET /v1/models/NAME gives it. Its name may be another one: that which an alias stands for.
[[nodiscard]] bool is_model(std::string_view json);

/// What GET /v1/doctor/stream/ID says that the stream has written.
struct StreamCounts {
    std::uint64_t events = 0;
    std::uint64_t comments = 0;  ///< the opening one included
};
[[nodiscard]] std::optional<StreamCounts> read_counts(std::string_view json);

/// One event of the synthetic stream: its number from 1, and when the relay wrote it, in microseconds since it began.
struct PacedEvent {
    std::uint64_t number = 0;
    std::int64_t sent_us = 0;
};
[[nodiscard]] std::optional<PacedEvent> read_paced_event(std::string_view json);

/// `pings` of the WebSocket's answer to {"ask":"pings"}.
[[nodiscard]] std::optional<std::uint64_t> read_pings(std::string_view json);

}  // namespace relaybench::doctor
