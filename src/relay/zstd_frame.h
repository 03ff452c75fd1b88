#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace relaybench::relay {

/// Messages → zstd frames, one each, with a context that is kept.
class ZstdCompressor {
  public:
    ZstdCompressor();
    ZstdCompressor(ZstdCompressor&&) noexcept;
    ZstdCompressor& operator=(ZstdCompressor&&) noexcept;
    ~ZstdCompressor();

    /// Replaces the content of `frame`.
    void compress(std::string_view message, std::string& frame);

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The content of exactly one zstd frame that says its size, or nothing (not zstd, or larger than `max_bytes`).
[[nodiscard]] std::optional<std::string> zstd_decompressed(std::string_view frame, std::size_t max_bytes);

}  // namespace relaybench::relay
