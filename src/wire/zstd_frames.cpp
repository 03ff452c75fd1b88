#include "wire/zstd_frames.h"

#include <algorithm>

#include <zstd.h>

#include "core/require.h"

namespace relaybench::wire {
namespace {

constexpr std::size_t kFirstCapacity = 4096;
/// A frame may ask for a window of its own choosing; 16 MiB is as much as a message may hold.
constexpr int kMaxWindowLog = 24;

}  // namespace

void ZstdFrames::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ZstdFrames::ZstdFrames() : context_(ZSTD_createDCtx()), buffer_(kFirstCapacity, '\0') {
    core::require(context_ != nullptr, "no memory for a zstd context");
    core::require(ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kMaxWindowLog)) == 0,
                  "zstd refuses the window limit");
}

std::optional<std::string_view> ZstdFrames::decompress(std::string_view compressed) {
    if (buffer_.size() > kKeptBytes) {
        buffer_ = std::string(kFirstCapacity, '\0');
    }
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    ZSTD_inBuffer in{compressed.data(), compressed.size(), 0};
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    std::size_t wanted = 0;  // 0: a frame ended, and everything it held is out
    while (in.pos < in.size || (wanted != 0 && out.pos == out.size)) {
        if (out.pos == out.size) {
            if (buffer_.size() >= kMaxBytes) {
                return std::nullopt;
            }
            buffer_.resize(std::min(buffer_.size() * 2, kMaxBytes));
            out.dst = buffer_.data();
            out.size = buffer_.size();
        }
        wanted = ZSTD_decompressStream(context_.get(), &out, &in);
        if (ZSTD_isError(wanted) != 0) {
            return std::nullopt;
        }
    }
    if (wanted != 0) {
        return std::nullopt;
    }
    return std::string_view(buffer_.data(), out.pos);
}

}  // namespace relaybench::wire
