#include "relay/fault.h"

#include <algorithm>
#include <array>

namespace relaybench::relay {
namespace {

constexpr auto kCatalogue = std::to_array<FaultInfo>({
    {FaultId::SlowAccept, "slow-accept", FaultScope::Connection, "TCP stands, but TLS and the request wait for `delay`"},
    {FaultId::Refuse, "refuse", FaultScope::Connection, "RST right after the connection was accepted"},
    {FaultId::CloseOnAccept, "close-on-accept", FaultScope::Connection, "FIN right after the connection was accepted"},
    {FaultId::SwallowedPong, "swallowed-pong", FaultScope::Connection, "no ping of either kind is answered"},
    {FaultId::IdleCut, "idle-cut", FaultScope::Connection, "FIN without a goodbye once the connection was quiet for `delay`"},
    {FaultId::Unauthorized, "unauthorized", FaultScope::Answer, "401 with OpenAI's body"},
    {FaultId::BadKeyClose, "bad-key-close", FaultScope::Answer, "WebSocket: 101, an error message, close `close_code` (4001); HTTP: 401"},
    {FaultId::NotFound, "not-found", FaultScope::Answer, "404 model_not_found"},
    {FaultId::RateLimited, "rate-limited", FaultScope::Answer, "429 rate_limit_exceeded with Retry-After"},
    {FaultId::QuotaExhausted, "quota-exhausted", FaultScope::Answer, "429 insufficient_quota"},
    {FaultId::ServerError, "server-error", FaultScope::Answer, "500"},
    {FaultId::Overloaded, "overloaded", FaultScope::Answer, "503"},
    {FaultId::HtmlAnswer, "html-200", FaultScope::Answer, "a 200 that is a login page in HTML"},
    {FaultId::WrongAccept, "wrong-accept", FaultScope::Answer, "WebSocket: a 101 whose Sec-WebSocket-Accept is wrong; HTTP: 500"},
    {FaultId::SilenceBeforeFirst, "silence-before-first", FaultScope::Stream, "a good start (200 or 101), then nothing for ever"},
    {FaultId::SilenceMidStream, "silence-mid-stream", FaultScope::Stream, "tokens, then nothing for ever"},
    {FaultId::FinMidStream, "fin-mid-stream", FaultScope::Stream, "FIN without the last chunk or a close frame"},
    {FaultId::RstMidStream, "rst-mid-stream", FaultScope::Stream, "RST"},
    {FaultId::TlsCut, "tls-cut", FaultScope::Stream, "FIN without close_notify (plain: as fin-mid-stream)"},
    {FaultId::CutMidChunk, "cut-mid-chunk", FaultScope::Stream, "half of one more chunk or frame, then FIN"},
    {FaultId::CloseCode, "close-code", FaultScope::Stream, "WebSocket: a close frame with `close_code` (1011); HTTP: as fin-mid-stream"},
    {FaultId::NoFinish, "no-finish", FaultScope::Stream, "a clean end without finish signal and without [DONE]"},
    {FaultId::DoneWithoutFinish, "done-without-finish", FaultScope::Stream, "[DONE] and a clean end, but no finish signal"},
    {FaultId::FinishThenCut, "finish-then-cut", FaultScope::Stream, "the finish signal, then FIN without the last chunk or a close frame"},
    {FaultId::FinishThenReset, "finish-then-reset", FaultScope::Stream, "the finish signal, then RST"},
    {FaultId::ErrorEvent, "error-event", FaultScope::Stream, "an error of the given `shape` inside the good stream, then a clean end"},
    {FaultId::GarbageFraming, "garbage-framing", FaultScope::Stream, "bytes that are no HTTP chunk and no WebSocket frame"},
    {FaultId::GarbageJson, "garbage-json", FaultScope::Stream, "an event or message whose payload is cut JSON, then a clean end"},
});

constexpr auto kNames = [] {
    std::array<std::string_view, kCatalogue.size()> names;
    std::transform(kCatalogue.begin(), kCatalogue.end(), names.begin(), [](const FaultInfo& info) { return info.name; });
    return names;
}();

}  // namespace

std::span<const FaultInfo> fault_catalogue() { return kCatalogue; }

const FaultInfo& info(FaultId id) {
    return *std::find_if(kCatalogue.begin(), kCatalogue.end(), [id](const FaultInfo& entry) { return entry.id == id; });
}

std::optional<FaultId> fault_by_name(std::string_view name) {
    const auto* const found =
        std::find_if(kCatalogue.begin(), kCatalogue.end(), [name](const FaultInfo& info) { return info.name == name; });
    return found == kCatalogue.end() ? std::nullopt : std::optional(found->id);
}

std::span<const std::string_view> fault_names() { return kNames; }

}  // namespace relaybench::relay
