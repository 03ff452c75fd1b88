#pragma once

#include <string_view>

#include "wire/stream_event.h"

namespace relaybench::wire {

/// Error text and class from a body of any relay: object `error.message`, string `error`, `message`, `detail`, `msg`, …, else the first
/// bytes. `status` is the HTTP status, or 0 for an event inside a stream. Never fails; any bytes are accepted.
[[nodiscard]] RelayError read_error_body(int status, std::string_view body);

/// True when a JSON document (already known to be a stream payload) carries an error in any of the known shapes.
[[nodiscard]] bool looks_like_error(std::string_view json);

}  // namespace relaybench::wire
