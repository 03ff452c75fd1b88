#pragma once

#include <string>
#include <string_view>

#include "stream/outcome.h"
#include "stream/transport.h"
#include "wire/dialect.h"
#include "wire/stream_event.h"

namespace relaybench::stream {

/// An outcome with the words that a person needs to understand it (untrusted text, not yet scrubbed).
struct Verdict {
    Outcome outcome = Outcome::Complete;
    std::string detail;
};

/// How far a stream had come when something ended it.
struct Reached {
    wire::Carrier carrier = wire::Carrier::Http;
    bool head = false;  ///< a status line, or a valid 101
    bool first_token = false;
    bool finish = false;  ///< a finish signal
};

/// A response that is not the stream that was asked for: a status other than 200 (or 101), or a 200 that is no stream.
[[nodiscard]] Verdict classify_refusal(const ResponseHead& head, std::string_view body, wire::Carrier carrier);

/// An error event inside a good start.
[[nodiscard]] Verdict classify_error_event(const wire::RelayError& error);

/// The end of the transport, when nothing else had ended the stream before.
[[nodiscard]] Verdict classify_end(const End& end, const Reached& reached);

}  // namespace relaybench::stream
