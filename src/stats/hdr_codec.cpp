#include <algorithm>
#include <bit>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <zlib.h>

#include "core/require.h"
#include "stats/hdr_histogram.h"

// The V2 format, big-endian, as AbstractHistogram of the reference writes it (github.com/HdrHistogram/HdrHistogram):
//
//     0   cookie 0x1c849313        16  lowest  (8)
//     4   payload length           24  highest (8)
//     8   normalising offset       32  conversion ratio (double, 8)
//    12   significant digits       40  payload
//
// The payload holds the counts up to the last bucket in use, each a ZigZag LEB128 number of at most 9 bytes (the ninth has 8 bits); a
// negative number -n stands for n empty buckets. The compressed form is cookie 0x1c849314, length, zlib stream of all of the above.

namespace relaybench::stats {
namespace {

constexpr std::uint32_t kCookie = 0x1c849313;
constexpr std::uint32_t kCompressedCookie = 0x1c849314;
constexpr std::uint32_t kWordSizeBits = 0xf0;  // of a cookie; other writers may leave them empty
constexpr std::size_t kHeaderBytes = 40;
constexpr std::size_t kCompressedHeaderBytes = 8;
constexpr std::size_t kMostBytesPerCount = 9;
constexpr std::size_t kMostCounts = std::size_t{64} * 1024 * 1024 / sizeof(std::uint64_t);
constexpr std::uint64_t kMostTotal = std::numeric_limits<std::int64_t>::max();
constexpr unsigned kNinthShift = 56;

void put(std::string& bytes, std::uint64_t value, int width) {
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
        bytes.push_back(static_cast<char>(static_cast<unsigned char>((value >> shift) & 0xff)));
    }
}

void put_zigzag(std::string& bytes, std::int64_t value) {
    std::uint64_t rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (unsigned shift = 0; rest >= 0x80 && shift < kNinthShift; shift += 7) {
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
        put_zigzag(payload, static_cast<std::int64_t>(std::min(bucket.count, kMostTotal)));
        next = index + 1;
    }
    put_empty(payload, next == 0 ? 1 : 0);  // the reference writes the first bucket even when there is nothing in it
    return payload;
}

tl::unexpected<core::Error> not_a_histogram(std::string_view why) {
    return core::bad_input(fmt::format("not an HdrHistogram in V2 encoding: {}", why));
}

/// Takes big-endian numbers off the front of bytes that are long enough (the caller has checked).
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint64_t take(std::size_t width) {
        core::require(width <= rest_.size(), "read past the end of an encoded histogram");
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < width; ++i) {
            value = value << 8 | static_cast<unsigned char>(rest_[i]);
        }
        rest_.remove_prefix(width);
        return value;
    }

    /// Nothing when the bytes end within the number.
    std::optional<std::int64_t> take_zigzag() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; !rest_.empty(); shift += 7) {
            const std::uint64_t byte = take(1);
            const bool last = shift == kNinthShift || byte < 0x80;
            value |= (last ? byte : byte & 0x7f) << shift;
            if (last) {
                return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] bool empty() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

struct Header {
    HdrHistogram::Config config;
    std::size_t payload_bytes = 0;
};

/// hdr-histogram-js writes the integer 1 into the fields of the offset and of the ratio (a double); it means "not scaled" all the same.
bool is_unscaled(std::uint64_t offset, std::uint64_t ratio_bits) {
    return (offset == 0 && ratio_bits == std::bit_cast<std::uint64_t>(1.0)) || (offset == 1 && ratio_bits == 1);
}

core::Expected<Header> read_header(std::string_view bytes) {
    if (bytes.size() < kHeaderBytes) {
        return not_a_histogram("it ends within the header");
    }
    Reader reader(bytes.substr(0, kHeaderBytes));
    Header header;
    if ((reader.take(4) & ~std::uint64_t{kWordSizeBits}) != (kCookie & ~kWordSizeBits)) {
        return not_a_histogram("it begins with an unknown number");
    }
    header.payload_bytes = reader.take(4);
    const std::uint64_t offset = reader.take(4);
    const std::uint64_t digits = reader.take(4);
    header.config.significant_digits = digits <= 5 ? static_cast<int>(digits) : -1;
    header.config.lowest = static_cast<std::int64_t>(reader.take(8));
    header.config.highest = static_cast<std::int64_t>(reader.take(8));
    if (!is_unscaled(offset, reader.take(8))) {
        return not_a_histogram("its values are scaled or shifted, which is not supported");
    }
    return header;
}

/// The memory and the bytes that a histogram of this header may ask for are bounded before either is taken.
core::Expected<HdrHistogram> empty_of(const Header& header) {
    auto histogram = HdrHistogram::make(header.config);
    if (histogram && histogram->layout().size() > kMostCounts) {
        return not_a_histogram("it would need more than 64 MiB");
    }
    if (histogram && header.payload_bytes > histogram->layout().size() * kMostBytesPerCount) {
        return not_a_histogram("its payload is longer than its buckets can be");
    }
    return histogram;
}

/// One zlib stream, taken piece by piece so that what it promises can be checked before more memory is given to it.
class Inflater {
  public:
    explicit Inflater(std::string_view compressed) : input_(compressed) {
        // zlib's interface takes a pointer to non-const bytes and does not write through it.
        stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
        stream_.avail_in = static_cast<uInt>(input_.size());
        usable_ = inflateInit(&stream_) == Z_OK;
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    ~Inflater() { inflateEnd(&stream_); }

    /// The next `count` bytes; fewer when the stream ends or is broken.
    std::string take(std::size_t count) {
        std::string bytes(count, '\0');
        stream_.next_out = reinterpret_cast<Bytef*>(bytes.data());
        stream_.avail_out = static_cast<uInt>(count);
        status_ = usable_ ? inflate(&stream_, Z_SYNC_FLUSH) : Z_STREAM_ERROR;
        bytes.resize(count - stream_.avail_out);
        return bytes;
    }

    /// Nothing is left, and the check sum was right.
    bool ends() {
        if (status_ != Z_STREAM_END && !take(1).empty()) {
            return false;
        }
        return status_ == Z_STREAM_END && stream_.avail_in == 0;
    }

  private:
    std::string input_;
    z_stream stream_{};
    bool usable_ = false;
    int status_ = Z_OK;
};

/// The uncompressed form within `bytes`.
core::Expected<std::string> inflated(std::string_view bytes) {
    Reader reader(bytes.substr(0, kCompressedHeaderBytes));
    reader.take(4);
    if (reader.take(4) != bytes.size() - kCompressedHeaderBytes) {
        return not_a_histogram("its length is not the one that it names");
    }
    Inflater inflater(bytes.substr(kCompressedHeaderBytes));
    std::string plain = inflater.take(kHeaderBytes);
    const auto header = read_header(plain);
    if (!header) {
        return tl::unexpected(header.error());
    }
    if (const auto bounded = empty_of(*header); !bounded) {
        return tl::unexpected(bounded.error());
    }
    plain += inflater.take(header->payload_bytes);
    if (!inflater.ends()) {
        return not_a_histogram("its zlib stream is broken");
    }
    return plain;
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

bool is_compressed(std::string_view bytes) {
    if (bytes.size() < kCompressedHeaderBytes) {
        return false;
    }
    const std::uint64_t cookie = Reader(bytes).take(4);
    return (cookie & ~std::uint64_t{kWordSizeBits}) == (kCompressedCookie & ~kWordSizeBits);
}

}  // namespace

/// Has the one right that other users of a histogram do not need: to count at an index.
class V2Decoder {
  public:
    static core::Expected<HdrHistogram> decode(std::string_view plain);

  private:
    /// What is wrong with the payload; empty when nothing is.
    static std::string_view fill(HdrHistogram& histogram, Reader payload);
};

std::string_view V2Decoder::fill(HdrHistogram& histogram, Reader payload) {
    const std::size_t size = histogram.layout().size();
    std::size_t index = 0;
    while (!payload.empty()) {
        const std::optional<std::int64_t> word = payload.take_zigzag();
        if (!word) {
            return "its last count is cut off";
        }
        const std::uint64_t buckets = *word < 0 ? 0 - static_cast<std::uint64_t>(*word) : 1;
        if (buckets > size - index) {
            return "it has more counts than buckets";
        }
        const std::uint64_t times = *word > 0 ? static_cast<std::uint64_t>(*word) : 0;
        if (times > kMostTotal - histogram.count()) {
            return "its counts add up to more than 64 bits hold";
        }
        if (times > 0) {
            histogram.restore(index, times);
        }
        index += buckets;
    }
    return {};
}

core::Expected<HdrHistogram> V2Decoder::decode(std::string_view plain) {
    const auto header = read_header(plain);
    if (!header) {
        return tl::unexpected(header.error());
    }
    if (header->payload_bytes != plain.size() - kHeaderBytes) {
        return not_a_histogram("its length is not the one that it names");
    }
    auto histogram = empty_of(*header);
    if (histogram) {
        if (const std::string_view wrong = fill(*histogram, Reader(plain.substr(kHeaderBytes))); !wrong.empty()) {
            return not_a_histogram(wrong);
        }
    }
    return histogram;
}

std::string encode_v2(const HdrHistogram& histogram) {
    const std::string payload = payload_of(histogram);
    std::string bytes;
    bytes.reserve(kHeaderBytes + payload.size());
    put(bytes, kCookie, 4);
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
    put(bytes, kCompressedCookie, 4);
    put(bytes, compressed.size(), 4);
    return bytes + compressed;
}

core::Expected<HdrHistogram> decode_v2(std::string_view bytes) {
    if (!is_compressed(bytes)) {
        return V2Decoder::decode(bytes);
    }
    const auto plain = inflated(bytes);
    return plain ? V2Decoder::decode(*plain) : core::Expected<HdrHistogram>(tl::unexpected(plain.error()));
}

}  // namespace relaybench::stats
