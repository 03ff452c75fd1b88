#pragma once

#include "doctor/check.h"

namespace relaybench::doctor {

/// http.keepalive: a second request on the same connection.
[[nodiscard]] Outcome check_keep_alive(const Subject& subject, Facts& facts);
/// http.version: what is negotiated when HTTP/2 is offered, and what becomes of a WebSocket client that offers it.
[[nodiscard]] Outcome check_http_version(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
