#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "relay/documents.h"
#include "relay/fault.h"
#include "relay/script.h"
#include "relay/server.h"
#include "relay/stream_encoder.h"

namespace relaybench::relay {

/// Everything that one stream or whole answer is made from.
struct Server::Ask {
    Asked asked;
    wire::Dialect dialect = wire::Dialect::ChatSse;
    Framing framing = Framing::HttpChunked;
    bool send_stamps = false;
    bool keep_alive = true;
    std::optional<Fault> fault;
    Occasion occasion;
    std::string whole_head;  ///< Framing::HttpWhole: the response head but for its Content-Length
    core::TimePoint at;      ///< the request was whole
};

}  // namespace relaybench::relay
