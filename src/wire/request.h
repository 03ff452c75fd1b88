#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/secret.h"
#include "wire/dialect.h"
#include "wire/url.h"

namespace relaybench::wire {

struct Header {
    std::string name;
    std::string value;
};

enum class MessageKind : std::uint8_t { Text, Binary };

struct Message {
    MessageKind kind = MessageKind::Text;
    std::string payload;
};

enum class Compression { None, Zstd };

/// Whether HTTP streams take idle keep-alive connections from a pool, as SDKs do, or each opens its own.
enum class ConnectionUse : std::uint8_t { Reuse, Fresh };

/// What one stream asks for, whatever the dialect.
struct Prompt {
    std::string model;
    /// Either `text` (sent as one user message) or `messages_json` (a JSON array, sent as it is) is used; messages_json wins.
    std::string text;
    std::string messages_json;
    std::uint32_t max_tokens = 256;
    std::optional<double> temperature;
    std::string audio;  ///< bytes of the binary message of stream-ws-audio
};

/// How a relay wants to be asked; the part of a relay profile that shapes requests.
struct RequestShape {
    Dialect dialect = Dialect::ChatSse;
    Url url;
    core::Secret key;                             ///< empty: no Authorization header
    std::vector<Header> headers;                  ///< the user's own, sent last; a name that we also set replaces ours
    std::string origin;                           ///< Origin header, when not empty
    std::string subprotocol;                      ///< offered on upgrades, when not empty
    Compression compression = Compression::None;  ///< Zstd (ws-stream): sends `Accept-Encoding: zstd` with the upgrade
    bool include_usage = true;                    ///< asks for `stream_options.include_usage` (chat-sse, ws-stream, chat-ws)
};

/// Everything that the transport writes for one stream. Headers hold the key: never print a Request.
struct Request {
    Carrier carrier = Carrier::Http;
    std::string method;            ///< "POST", or "GET" for an upgrade
    std::string target;            ///< path and query
    std::vector<Header> headers;   ///< all but Host, Content-Length, Connection, Upgrade and Sec-WebSocket-*
    std::string body;              ///< HTTP only
    std::string subprotocol;       ///< WebSocket only
    std::vector<Message> opening;  ///< WebSocket only: sent in order as soon as the upgrade is done
};

/// Where a dialect really goes: the scheme of its carrier (https ↔ wss, http ↔ ws, converted silently), and its default path when the URL
/// has none, is "/" or ends in "/v1" (which is not doubled). A query stays. Host and port never change.
[[nodiscard]] Url endpoint(const Url& url, Dialect dialect);

/// The bytes of one request in a dialect (RELAY: endpoints and shapes of the five guides). Bad header names or values (control
/// characters) are refused.
[[nodiscard]] core::Expected<Request> build_request(const RequestShape& shape, const Prompt& prompt);

/// The application-level heartbeat of the WebSocket dialects: `{"type":"ping"}`.
[[nodiscard]] Message heartbeat_message();

}  // namespace relaybench::wire
