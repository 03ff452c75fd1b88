#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "raw/options.h"

namespace relaybench::bench {

/// Called for each token event with the relay's send stamp (nanoseconds, monotonic).
class TokenSink {
  public:
    TokenSink() = default;
    TokenSink(const TokenSink&) = delete;
    TokenSink& operator=(const TokenSink&) = delete;
    virtual ~TokenSink() = default;
    virtual void on_token(std::int64_t send_stamp_ns) = 0;
};

/// The least that a truthful reader must do with one stream's bytes: HTTP head, then chunked framing and SSE event ends, or WebSocket frame
/// headers; of each event only the send stamp is looked for. A piece that ends in the middle is kept and joined with the next.
class Decoder {
  public:
    explicit Decoder(Wire wire) : wire_(wire) {}

    enum class Status : std::uint8_t { Reading, HeadDone, Broken };
    /// HeadDone is reported once, by the call in which a good response head was completed.
    Status feed(std::string_view bytes, TokenSink& sink);

  private:
    [[nodiscard]] bool read_head(std::string_view& bytes);
    bool take_unit(std::string_view& bytes, TokenSink& sink);
    bool take_chunk(std::string_view& bytes, TokenSink& sink);
    bool take_frame(std::string_view& bytes, TokenSink& sink);
    void take_events(std::string_view body, TokenSink& sink);

    Wire wire_;
    bool head_done_ = false;
    bool chunked_ = false;
    bool broken_ = false;
    std::string tail_;   // bytes of an unfinished head, HTTP chunk or frame
    std::string event_;  // text of an SSE event that its HTTP chunk did not finish
};

}  // namespace relaybench::bench
