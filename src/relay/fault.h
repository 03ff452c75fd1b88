#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "relay/spread.h"

namespace relaybench::relay {

/// Everything that the embedded relay can do wrong on purpose. Ids and what a client sees: fault_catalogue(), docs/relay.md.
enum class FaultId : std::uint8_t {
    SlowAccept,
    Refuse,
    CloseOnAccept,
    SwallowedPong,
    IdleCut,
    Unauthorized,
    BadKeyClose,
    NotFound,
    RateLimited,
    QuotaExhausted,
    ServerError,
    Overloaded,
    HtmlAnswer,
    WrongAccept,
    SilenceBeforeFirst,
    SilenceMidStream,
    FinMidStream,
    RstMidStream,
    TlsCut,
    CutMidChunk,
    CloseCode,
    NoFinish,
    DoneWithoutFinish,
    FinishThenCut,
    FinishThenReset,
    ErrorEvent,
    GarbageFraming,
    GarbageJson,
};

/// What a fault befalls: a connection when it is accepted, the answer to a request, or a stream that runs already.
enum class FaultScope : std::uint8_t { Connection, Answer, Stream };

struct FaultInfo {
    FaultId id;
    std::string_view name;
    FaultScope scope;
    std::string_view client_sees;
};

[[nodiscard]] std::span<const FaultInfo> fault_catalogue();
[[nodiscard]] const FaultInfo& info(FaultId id);
[[nodiscard]] std::optional<FaultId> fault_by_name(std::string_view name);
[[nodiscard]] std::span<const std::string_view> fault_names();

/// Shapes of an error inside a 200 that relays are known to send (docs/relay.md).
enum class ErrorShape : std::uint8_t {
    OpenAi,      ///< `{"error":{"message","type","param","code"}}`
    Vllm,        ///< the same with an integer code, then `[DONE]`
    Flat,        ///< `{"object":"error","message",…}`
    OpenRouter,  ///< a chunk with a top-level `error` and finish_reason "error"
    Text,        ///< `{"error":"…"}`
};

/// One fault of a profile, and when it strikes. Several triggers may hold; any of them is enough.
struct Fault {
    FaultId id = FaultId::RstMidStream;
    double probability = 0;                               ///< of each connection or stream, by its own seeded number
    std::uint64_t every = 0;                              ///< every Nth; 0: never by this trigger
    CountSpread after_tokens = CountSpread::constant(5);  ///< Stream scope: strikes once so many tokens are out
    core::Duration delay = std::chrono::seconds(1);       ///< slow-accept: time before the first read; idle-cut: quiet time
    std::uint16_t close_code = 0;                         ///< close-code (default 1011), bad-key-close (default 4001)
    ErrorShape shape = ErrorShape::OpenAi;                ///< error-event
    bool pings_count = true;                              ///< idle-cut: heartbeats keep the connection alive
};

}  // namespace relaybench::relay
