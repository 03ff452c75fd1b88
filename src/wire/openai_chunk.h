#pragma once

#include <optional>
#include <string_view>

#include <simdjson.h>

#include "wire/stream_event.h"

namespace relaybench::wire {

/// Adds `text` to what the event carried. A visible answer outranks reasoning, so that the time to the first answer token is right also
/// where both come in one chunk; empty text is no token.
void add_token(StreamEvent& event, TokenKind kind, std::string_view text);

/// Text of a string, or of an array of parts (Mistral: `[{"type":"thinking","thinking":[…]}, {"type":"text","text":"…"}]`).
void add_content(StreamEvent& event, const simdjson::dom::element& content);

/// The choices of an OpenAI chunk (`delta`) or answer (`message`): tokens, finish signals, and finish reasons that are errors.
void read_choices(const simdjson::dom::array& choices, StreamEvent& event);

/// Token counts with reasoning included. xAI leaves it out of completion_tokens, which shows where total = prompt + completion +
/// reasoning. Empty when there is no completion count (`usage: null` included).
[[nodiscard]] std::optional<Usage> read_usage(const simdjson::dom::element& usage);

}  // namespace relaybench::wire
