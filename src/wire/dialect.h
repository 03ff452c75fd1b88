#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace relaybench::wire {

/// How a relay is spoken to; the ids are those of the command line and of scenario files.
enum class Dialect {
    ChatSse,        ///< "chat-sse": OpenAI chat completions, server-sent events
    ProxySse,       ///< "proxy-sse": a customer's proxy, `data: {"content": …}`
    ChatJson,       ///< "chat-json": the same POST without streaming; one JSON object
    ChatWs,         ///< "chat-ws": WebSocket at /v1/chat/completions?model=M
    StreamWs,       ///< "stream-ws": WebSocket at /v1/stream, `{"type":"chunk"}`
    StreamWsAudio,  ///< "stream-ws-audio": the same endpoint, audio in, transcript out
    WsStream,       ///< "ws-stream": WebSocket at /v1/ws/stream, optional zstd
};

enum class Carrier { Http, WebSocket };

/// One line a dialect: everything about it that is data.
struct DialectInfo {
    Dialect dialect;
    std::string_view id;
    Carrier carrier;
    std::string_view default_path;  ///< appended when the URL has no path or ends in /v1
    bool streaming;
    std::string_view summary;
};

[[nodiscard]] std::span<const DialectInfo> dialects();
[[nodiscard]] const DialectInfo& info(Dialect dialect);
[[nodiscard]] std::optional<Dialect> dialect_by_id(std::string_view id);
/// All ids, for "did you mean" and help texts.
[[nodiscard]] std::span<const std::string_view> dialect_ids();

}  // namespace relaybench::wire
