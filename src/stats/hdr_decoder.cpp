#include <bit>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "core/require.h"
#include "stats/hdr_histogram.h"
#include "stats/hdr_v2_format.h"
#include "stats/inflater.h"

namespace relaybench::stats {
namespace {

constexpr std::uint32_t kWordSizeBits = 0xf0;  // of a cookie; other writers may leave them empty
constexpr std::size_t kMostBytesPerCount = 9;
constexpr std::size_t kMostCounts = std::size_t{64} * 1024 * 1024 / sizeof(std::uint64_t);

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
            const bool last = shift == v2::kNinthShift || byte < 0x80;
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
    if (bytes.size() < v2::kHeaderBytes) {
        return not_a_histogram("it ends within the header");
    }
    Reader reader(bytes.substr(0, v2::kHeaderBytes));
    Header header;
    if ((reader.take(4) & ~std::uint64_t{kWordSizeBits}) != (v2::kCookie & ~kWordSizeBits)) {
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

/// The uncompressed form within `bytes`.
core::Expected<std::string> inflated(std::string_view bytes) {
    Reader reader(bytes.substr(0, v2::kCompressedHeaderBytes));
    reader.take(4);
    if (reader.take(4) != bytes.size() - v2::kCompressedHeaderBytes) {
        return not_a_histogram("its length is not the one that it names");
    }
    Inflater inflater(bytes.substr(v2::kCompressedHeaderBytes));
    std::string plain = inflater.take(v2::kHeaderBytes);
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

bool is_compressed(std::string_view bytes) {
    if (bytes.size() < v2::kCompressedHeaderBytes) {
        return false;
    }
    const std::uint64_t cookie = Reader(bytes).take(4);
    return (cookie & ~std::uint64_t{kWordSizeBits}) == (v2::kCompressedCookie & ~kWordSizeBits);
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
        if (times > v2::kMostTotal - histogram.count()) {
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
    if (header->payload_bytes != plain.size() - v2::kHeaderBytes) {
        return not_a_histogram("its length is not the one that it names");
    }
    auto histogram = empty_of(*header);
    if (histogram) {
        if (const std::string_view wrong = fill(*histogram, Reader(plain.substr(v2::kHeaderBytes))); !wrong.empty()) {
            return not_a_histogram(wrong);
        }
    }
    return histogram;
}

core::Expected<HdrHistogram> decode_v2(std::string_view bytes) {
    if (!is_compressed(bytes)) {
        return V2Decoder::decode(bytes);
    }
    const auto plain = inflated(bytes);
    return plain ? V2Decoder::decode(*plain) : core::Expected<HdrHistogram>(tl::unexpected(plain.error()));
}

}  // namespace relaybench::stats
