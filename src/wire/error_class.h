#pragma once

#include <span>
#include <string_view>

#include "wire/stream_event.h"

namespace relaybench::wire {

/// What an error means. In this order: a code or type that says so, words of the message, the status, then the vague codes
/// (`invalid_request_error`, `server_error`). The status alone would be wrong: a wrong key is 400 at xAI and Gemini, an empty account is
/// 429 at OpenAI and 400 at Anthropic, and anything can come inside a 200. `codes` are the strings of code, type, status and reason
/// fields; case does not matter. `status` is 0 when there is none.
[[nodiscard]] ErrorClass classify_error(int status, std::span<const std::string_view> codes, std::string_view message);

}  // namespace relaybench::wire
