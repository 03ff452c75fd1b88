#include "wire/dialect.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/require.h"

namespace relaybench::wire {
namespace {

constexpr std::string_view kChatPath = "/v1/chat/completions";
constexpr std::string_view kStreamPath = "/v1/stream";

constexpr std::array kDialects = {
    DialectInfo{Dialect::ChatSse, "chat-sse", Carrier::Http, kChatPath, true, "OpenAI chat completions over server-sent events"},
    DialectInfo{Dialect::ProxySse, "proxy-sse", Carrier::Http, kChatPath, true, "a customer's proxy that sends {\"content\": …} events"},
    DialectInfo{Dialect::ChatJson, "chat-json", Carrier::Http, kChatPath, false, "OpenAI chat completions, one JSON answer, not streaming"},
    DialectInfo{Dialect::ChatWs, "chat-ws", Carrier::WebSocket, kChatPath, true, "OpenAI chunks over a WebSocket, model in the query"},
    DialectInfo{Dialect::StreamWs, "stream-ws", Carrier::WebSocket, kStreamPath, true, "typed chunk messages over a WebSocket"},
    DialectInfo{Dialect::StreamWsAudio, "stream-ws-audio", Carrier::WebSocket, kStreamPath, true,
                "audio in, transcript out, over a WebSocket"},
    DialectInfo{Dialect::WsStream, "ws-stream", Carrier::WebSocket, "/v1/ws/stream", true, "OpenAI chunks over a WebSocket, zstd optional"},
};

constexpr auto kIds = [] {
    std::array<std::string_view, kDialects.size()> ids{};
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ids.at(i) = kDialects.at(i).id;
    }
    return ids;
}();

// info() indexes by the enumerator.
static_assert([] {
    for (std::size_t i = 0; i < kDialects.size(); ++i) {
        if (static_cast<std::size_t>(kDialects.at(i).dialect) != i) {
            return false;
        }
    }
    return true;
}());

}  // namespace

std::span<const DialectInfo> dialects() { return kDialects; }

const DialectInfo& info(Dialect dialect) {
    const auto index = static_cast<std::size_t>(dialect);
    core::require(index < kDialects.size(), "a dialect outside the enumeration");
    return kDialects.at(index);
}

std::optional<Dialect> dialect_by_id(std::string_view id) {
    const auto* const found = std::ranges::find(kDialects, id, &DialectInfo::id);
    if (found == kDialects.end()) {
        return std::nullopt;
    }
    return found->dialect;
}

std::span<const std::string_view> dialect_ids() { return kIds; }

}  // namespace relaybench::wire
