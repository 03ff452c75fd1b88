#include <algorithm>
#include <bit>
#include <string>

#include <zlib.h>

#include "core/require.h"
#include "stats/hdr_histogram.h"
#include "stats/hdr_v2_format.h"

namespace relaybench::stats {
namespace {

void put(std::string& bytes, std::uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>(static_cast<unsigned char>((value >> shift) & 0xff)));
    }
}

void put_zigzag(std::string& bytes, std::int64_t value) {
    std::uint64_t rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (unsigned shift = 0; rest >= 0x80 && shift < v2::kNinthShift; shift += 7) {
        put(bytes, (rest & 0x7f) | 0x80, 1);
        rest >>= 7;
    }
    put(bytes, rest, 1);
}

void put_empty(std::string& payload, std::size_t buckets) {
    if (buckets > 0) {
        put_zigzag(payload, buckets == 1 ? 0 : -static_cast<std::int64_t>(buckets));
    }
}

std::string payload_of(const HdrHistogram& histogram) {
    std::string payload;
    std::size_t next = 0;
    for (const HdrHistogram::Bucket& bucket : histogram.buckets()) {
        const std::size_t index = histogram.layout().index_of(bucket.lowest);
        put_empty(payload, index - next);
        put_zigzag(payload, static_cast<std::int64_t>(std::min(bucket.count, v2::kMostTotal)));
        next = index + 1;
    }
    put_empty(payload, next == 0 ? 1 : 0);  // the reference writes the first bucket even when there is nothing in it
    return payload;
}

std::string deflated(std::string_view plain) {
    uLongf length = compressBound(static_cast<uLong>(plain.size()));
    std::string compressed(length, '\0');
    const int status = compress2(reinterpret_cast<Bytef*>(compressed.data()), &length, reinterpret_cast<const Bytef*>(plain.data()),
                                 static_cast<uLong>(plain.size()), Z_DEFAULT_COMPRESSION);
    core::require(status == Z_OK, "zlib refused to compress a histogram");
    compressed.resize(length);
    return compressed;
}

}  // namespace

std::string encode_v2(const HdrHistogram& histogram) {
    const std::string payload = payload_of(histogram);
    std::string bytes;
    bytes.reserve(v2::kHeaderBytes + payload.size());
    put(bytes, v2::kCookie, 4);
    put(bytes, payload.size(), 4);
    put(bytes, 0, 4);
    put(bytes, static_cast<std::uint64_t>(histogram.config().significant_digits), 4);
    put(bytes, static_cast<std::uint64_t>(histogram.config().lowest), 8);
    put(bytes, static_cast<std::uint64_t>(histogram.config().highest), 8);
    put(bytes, std::bit_cast<std::uint64_t>(1.0), 8);
    return bytes + payload;
}

std::string encode_v2_compressed(const HdrHistogram& histogram) {
    const std::string compressed = deflated(encode_v2(histogram));
    std::string bytes;
    put(bytes, v2::kCompressedCookie, 4);
    put(bytes, compressed.size(), 4);
    return bytes + compressed;
}

}  // namespace relaybench::stats
