#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace relaybench::bench {

enum class Wire : std::uint8_t { Sse, WebSocket };

struct Options {
    Wire wire = Wire::Sse;
    std::uint16_t port = 0;  ///< on 127.0.0.1
    std::uint32_t streams = 1000;
    std::uint32_t seconds = 10;
    std::uint32_t max_tokens = 1000000;
    std::optional<unsigned> cpu;
    bool tls = false;
};

/// `--dialect chat-sse|stream-ws --port N [--streams N] [--seconds N] [--max-tokens N] [--cpu N] [--tls yes|no]`; nothing, and a line on stderr, for
/// anything else.
[[nodiscard]] std::optional<Options> parse_options(int argc, char** argv);

}  // namespace relaybench::bench
