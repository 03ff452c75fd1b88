#pragma once

#include <string>

#include "raw/options.h"

namespace relaybench::bench {

/// The bytes that open a stream: a POST, or the upgrade of a WebSocket. Asks the embedded relay for its send stamps.
[[nodiscard]] std::string opening_bytes(const Options& options);
/// What follows the upgrade: the request as one masked text frame. Empty for SSE.
[[nodiscard]] std::string first_message(const Options& options);

}  // namespace relaybench::bench
