#pragma once

#include <string>

#include "core/error.h"
#include "wire/request.h"

namespace relaybench::wire {

/// The JSON document that a dialect sends (the HTTP body, or the first WebSocket message). Refuses text that is not UTF-8, and
/// `messages_json` that is not a JSON array; a valid one goes out byte for byte.
[[nodiscard]] core::Expected<std::string> request_document(const RequestShape& shape, const Prompt& prompt);

}  // namespace relaybench::wire
