#include "relay/zstd_frame.h"

#include <zstd.h>

namespace relaybench::relay {

struct ZstdCompressor::Context {
    ZSTD_CCtx* raw = ZSTD_createCCtx();
    Context() = default;
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
    ~Context() { ZSTD_freeCCtx(raw); }
};

ZstdCompressor::ZstdCompressor() : context_(std::make_unique<Context>()) {}
ZstdCompressor::ZstdCompressor(ZstdCompressor&&) noexcept = default;
ZstdCompressor& ZstdCompressor::operator=(ZstdCompressor&&) noexcept = default;
ZstdCompressor::~ZstdCompressor() = default;

void ZstdCompressor::compress(std::string_view message, std::string& frame) {
    constexpr int kFastLevel = 1;
    frame.resize(ZSTD_compressBound(message.size()));
    const std::size_t bytes = ZSTD_compressCCtx(context_->raw, frame.data(), frame.size(), message.data(), message.size(), kFastLevel);
    frame.resize(ZSTD_isError(bytes) != 0U ? 0 : bytes);
}

std::optional<std::string> zstd_decompressed(std::string_view frame, std::size_t max_bytes) {
    const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR || size > max_bytes) {
        return std::nullopt;
    }
    std::string content(size, '\0');
    const std::size_t bytes = ZSTD_decompress(content.data(), content.size(), frame.data(), frame.size());
    if (ZSTD_isError(bytes) != 0U || bytes != content.size()) {
        return std::nullopt;
    }
    return content;
}

}  // namespace relaybench::relay
