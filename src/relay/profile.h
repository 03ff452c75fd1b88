#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "relay/fault.h"
#include "relay/spread.h"

namespace relaybench::relay {

/// When the chunks of a stream leave.
struct Timing {
    DurationSpread first_token = DurationSpread::constant(std::chrono::milliseconds(20));  ///< request complete → first token
    DurationSpread gap = DurationSpread::constant(std::chrono::milliseconds(10));          ///< between chunks
    CountSpread tokens = CountSpread::constant(100);                                       ///< of a stream; max_tokens caps it
    CountSpread tokens_per_chunk = CountSpread::constant(1);
    core::Duration start_phase{0};  ///< added to the first token: uniform in 0..start_phase, so that paced streams do not march in step
    double stall_probability = 0;   ///< of each gap
    DurationSpread stall = DurationSpread::constant(std::chrono::seconds(2));  ///< added to a gap that stalls
    core::Duration burst_hold{0};    ///< a buffering proxy: chunks are held for so long, then leave at once; 0: none
    std::uint32_t burst_chunks = 0;  ///< the same by number of chunks; 0: none
};

/// A model whose timing differs; what it does not name is the profile's own.
struct ModelTiming {
    std::string model;
    Timing timing;
};

enum class KeyPolicy : std::uint8_t {
    Any,     ///< every key, and none, is good
    Guides,  ///< a key must have one of the forms of the relay guides, and is needed
};

enum class ModelPolicy : std::uint8_t {
    Open,    ///< every name but the deprecated ones, which answer 404
    Listed,  ///< only the guides' list
};

enum class CorsPolicy : std::uint8_t {
    Explicit,  ///< the origin of the request is named, as the guides advise
    Wildcard,  ///< `*`, which fails with credentials
    None,      ///< no CORS headers
};

enum class AfterFinish : std::uint8_t {
    Close,  ///< a WebSocket is closed with 1000 after the finish signal
    Keep,   ///< it stays open for another request
};

enum class ZstdPolicy : std::uint8_t {
    OnRequest,  ///< ws-stream compresses when the upgrade says `Accept-Encoding: zstd`
    Always,
    Never,
};

/// How an embedded relay behaves: data only, read from YAML (profile_yaml.h) or by name (profile_source.h).
struct Profile {
    std::string name = "unnamed";
    std::string summary;
    Timing timing;
    std::vector<ModelTiming> models;
    std::vector<Fault> faults;
    std::uint32_t requests_per_minute = 0;  ///< for each key, sliding window; 0: no limit
    core::Duration rate_window = std::chrono::minutes(1);
    core::Duration comment_every{0};  ///< SSE keep-alive comments while nothing else is sent; 0: none
    KeyPolicy keys = KeyPolicy::Any;
    std::uint16_t bad_key_close = 0;  ///< WebSocket: a bad key is told by 101 and this close code instead of 401; 0: by 401
    ModelPolicy model_policy = ModelPolicy::Open;
    CorsPolicy cors = CorsPolicy::Explicit;
    AfterFinish after_finish = AfterFinish::Close;
    ZstdPolicy zstd = ZstdPolicy::OnRequest;

    [[nodiscard]] const Timing& timing_of(std::string_view model) const;
};

}  // namespace relaybench::relay
