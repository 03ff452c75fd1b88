#include "stats/inflater.h"

namespace relaybench::stats {

Inflater::Inflater(std::string_view compressed) : input_(compressed) {
    // zlib's interface takes a pointer to non-const bytes and does not write through it.
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(input_.size());
    usable_ = inflateInit(&stream_) == Z_OK;
}

Inflater::~Inflater() { inflateEnd(&stream_); }

std::string Inflater::take(std::size_t count) {
    std::string bytes(count, '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream_.avail_out = static_cast<uInt>(count);
    status_ = usable_ ? inflate(&stream_, Z_SYNC_FLUSH) : Z_STREAM_ERROR;
    bytes.resize(count - stream_.avail_out);
    return bytes;
}

bool Inflater::ends() {
    if (status_ != Z_STREAM_END && !take(1).empty()) {
        return false;
    }
    return status_ == Z_STREAM_END && stream_.avail_in == 0;
}

}  // namespace relaybench::stats
