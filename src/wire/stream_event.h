#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace relaybench::wire {

/// What kind of token-bearing payload an event carried.
enum class TokenKind : std::uint8_t { None, Text, Reasoning, ToolCall, Refusal, Audio, Transcript };

[[nodiscard]] std::string_view token_kind_id(TokenKind kind);

struct Usage {
    std::uint64_t prompt_tokens = 0;
    std::uint64_t completion_tokens = 0;  ///< reasoning included, also where the emitter leaves it out (total tells)
};

/// What went wrong inside an error body or error event, by meaning and not by status alone.
enum class ErrorClass : std::uint8_t { Auth, RateLimited, Quota, NotFound, Overloaded, BadRequest, Server, Unknown };

[[nodiscard]] std::string_view error_class_id(ErrorClass error_class);

struct RelayError {
    ErrorClass error_class = ErrorClass::Unknown;
    std::string message;  ///< at most 300 bytes, safe to show (core::printable), not yet scrubbed of keys
    std::string code;     ///< the relay's own code or type, when it gave one
};

/// One decoded payload (the data of one SSE event, or one WebSocket message). Several flags may hold at once: Mistral puts the last
/// token, the finish signal and the usage on one chunk. Holds no memory of its own except for errors, which end a stream.
struct StreamEvent {
    TokenKind token = TokenKind::None;  ///< not None: token-bearing (non-empty text, reasoning, tool call, audio, transcript)
    std::uint32_t token_bytes = 0;      ///< UTF-8 bytes of that payload
    bool finish = false;                ///< a finish signal: finish_reason, {"type":"done"}, a whole JSON answer
    bool done_marker = false;           ///< `[DONE]`: proves nothing by itself
    bool pong = false;                  ///< an application-level heartbeat answer
    bool malformed = false;             ///< bytes that cannot be decoded in this dialect (outcome bad_wire)
    bool unknown = false;               ///< well-formed, but nothing this dialect knows: counted, never an error
    std::optional<Usage> usage;
    std::optional<std::int64_t> server_timestamp_ms;  ///< Unix ms, as the guides send it
    std::optional<std::int64_t> send_stamp_ns;        ///< monotonic send stamp of the embedded relay
    std::optional<RelayError> error;                  ///< an error event inside a good start
};

}  // namespace relaybench::wire
