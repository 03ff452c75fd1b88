#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ZSTD_DCtx_s;

namespace relaybench::wire {

/// Decompresses the binary messages of ws-stream: one or more whole zstd frames (RFC 8878), with or without a content size. Context and
/// buffer are reused.
class ZstdFrames {
  public:
    static constexpr std::size_t kMaxBytes = 16U << 20U;
    static constexpr std::size_t kKeptBytes = 1U << 20U;

    ZstdFrames();

    /// Empty when the bytes are not whole frames, or hold more than kMaxBytes. The view lives until the next call.
    [[nodiscard]] std::optional<std::string_view> decompress(std::string_view compressed);

  private:
    struct Free {
        void operator()(ZSTD_DCtx_s* context) const;
    };

    std::unique_ptr<ZSTD_DCtx_s, Free> context_;
    std::string buffer_;
};

}  // namespace relaybench::wire
