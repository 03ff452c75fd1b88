#include "raw/request.h"

namespace relaybench::bench {
namespace {

std::string body(const Options& options) {
    const std::string type = options.wire == Wire::WebSocket ? R"("type":"chat.completion",)" : "";
    return "{" + type + R"("model":"gpt-4o-mini","messages":[{"role":"user","content":"Count."}],"stream":true,"max_tokens":)" +
           std::to_string(options.max_tokens) + "}";
}

std::string common_headers(const Options& options) {
    return "Host: 127.0.0.1:" + std::to_string(options.port) + "\r\nX-Relaybench-Stamp: 1\r\n";
}

}  // namespace

std::string opening_bytes(const Options& options) {
    if (options.wire == Wire::WebSocket) {
        return "GET /v1/stream HTTP/1.1\r\n" + common_headers(options) +
               "X-Model: gpt-4o-mini\r\nX-Stream: true\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
               "Sec-WebSocket-Key: cmVsYXliZW5jaCByYXcgcg==\r\n\r\n";
    }
    const std::string text = body(options);
    return "POST /v1/chat/completions HTTP/1.1\r\n" + common_headers(options) +
           "Accept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" +
           text;
}

std::string first_message(const Options& options) {
    if (options.wire == Wire::Sse) {
        return {};
    }
    const std::string text = body(options);
    // FIN and text; masked, length in two bytes; a mask of zeros leaves the text as it is. RFC 6455 §5.2
    std::string frame = {static_cast<char>(0x81), static_cast<char>(0xFE), static_cast<char>(text.size() >> 8U),
                         static_cast<char>(text.size())};
    return frame + std::string(4, '\0') + text;
}

}  // namespace relaybench::bench
