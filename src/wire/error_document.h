#pragma once

#include <string_view>

#include <simdjson.h>

#include "wire/event_fields.h"
#include "wire/stream_event.h"

namespace relaybench::wire {

/// True for the shapes that an error takes inside a stream: a truthy `error`, `type:"error"`, `object:"error"`. Truthy is what carries
/// something: a non-empty object, list or string, true, a number other than 0.
[[nodiscard]] bool is_error_event(const EventFields& fields);

/// The error of a document of any emitter; `status` is the HTTP status or 0. What the document says about its own status (an integer
/// code, LiteLLM's "401", one-api's param "502") counts when `status` says nothing.
[[nodiscard]] RelayError describe_error(int status, const simdjson::dom::element& root);

/// The same for text that is no JSON: the title of an HTML page, else the first bytes.
[[nodiscard]] RelayError describe_plain_error(int status, std::string_view text);

}  // namespace relaybench::wire
