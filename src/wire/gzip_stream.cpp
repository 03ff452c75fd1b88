#include "wire/gzip_stream.h"

#include <zlib.h>

#include <array>

#include "core/require.h"

namespace relaybench::wire {

namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: 16 more than the window's bits asks for the gzip format
constexpr std::size_t kPieceBytes = 4096;

/// zlib's interface takes a pointer to non-const bytes and does not write through it.
void offer(z_stream_s& stream, std::string_view bytes) {
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
}

}  // namespace

void GzipWriter::End::operator()(z_stream_s* stream) const {
    deflateEnd(stream);
    delete stream;
}

GzipWriter::GzipWriter(Flush flush) : stream_(new z_stream_s{}), flush_(flush) {
    const int status = deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY);
    core::require(status == Z_OK, "zlib refused to begin");
}

void GzipWriter::run(std::string_view bytes, int flush, std::string& into) {
    offer(*stream_, bytes);
    std::array<char, kPieceBytes> piece{};
    do {
        stream_->next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_->avail_out = static_cast<uInt>(piece.size());
        deflate(stream_.get(), flush);
        into.append(piece.data(), piece.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
}

void GzipWriter::write(std::string_view bytes, std::string& into) { run(bytes, flush_ == Flush::Always ? Z_SYNC_FLUSH : Z_NO_FLUSH, into); }

void GzipWriter::finish(std::string& into) { run({}, Z_FINISH, into); }

void GzipReader::End::operator()(z_stream_s* stream) const {
    inflateEnd(stream);
    delete stream;
}

GzipReader::GzipReader() : stream_(new z_stream_s{}) {
    const int status = inflateInit2(stream_.get(), kGzipWindow);
    core::require(status == Z_OK, "zlib refused to begin");
}

bool GzipReader::read(std::string_view bytes, std::size_t most_bytes, std::string& into) {
    offer(*stream_, bytes);
    std::array<char, kPieceBytes> piece{};
    do {
        stream_->next_out = reinterpret_cast<Bytef*>(piece.data());
        stream_->avail_out = static_cast<uInt>(piece.size());
        const int status = inflate(stream_.get(), Z_SYNC_FLUSH);
        into.append(piece.data(), piece.size() - stream_->avail_out);
        if (status != Z_OK && status != Z_BUF_ERROR) {
            return status == Z_STREAM_END;
        }
    } while (stream_->avail_out == 0 && into.size() <= most_bytes);
    return into.size() <= most_bytes;
}

}  // namespace relaybench::wire
