#include <string>

#include <doctest/doctest.h>

#include "core/base64.h"
#include "core/random.h"
#include "stats/hdr_histogram.h"

namespace {

using relaybench::core::Random;
using relaybench::stats::decode_v2;
using relaybench::stats::encode_v2;
using relaybench::stats::encode_v2_compressed;
using relaybench::stats::HdrHistogram;

std::string bytes_of(std::initializer_list<int> values) {
    std::string bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    }
    return bytes;
}

/// The header of a histogram of 1 … 100,000 with 3 digits, written by hand from the format's description.
std::string header(int payload_length) {
    return bytes_of({0x1c, 0x84, 0x93, 0x13, 0, 0, 0, payload_length, 0, 0, 0, 0, 0, 0, 0, 3}) + bytes_of({0, 0, 0, 0, 0, 0, 0, 1}) +
           bytes_of({0, 0, 0, 0, 0, 0x01, 0x86, 0xa0}) + bytes_of({0x3f, 0xf0, 0, 0, 0, 0, 0, 0});
}

HdrHistogram small() { return HdrHistogram::make({.lowest = 1, .highest = 100'000, .significant_digits = 3}).value(); }

HdrHistogram random_histogram(Random& random) {
    const int digits = static_cast<int>(random.below(5));
    const auto lowest = static_cast<std::int64_t>(1 + random.below(2'000));
    const auto highest = static_cast<std::int64_t>(2 * lowest) + static_cast<std::int64_t>(random.below(1'000'000'000));
    HdrHistogram histogram = HdrHistogram::make({.lowest = lowest, .highest = highest, .significant_digits = digits}).value();
    for (std::uint64_t i = random.below(200); i > 0; --i) {
        const std::uint64_t magnitude = random.below(62);
        histogram.record(static_cast<std::int64_t>(random.below(std::uint64_t{1} << magnitude)), 1 + random.below(std::uint64_t{1} << 40));
    }
    return histogram;
}

std::string refusal(std::string_view bytes) {
    const auto decoded = decode_v2(bytes);
    return decoded ? "decoded" : decoded.error().message;
}

const std::string kPrefix = "not an HdrHistogram in V2 encoding: ";

}  // namespace

TEST_CASE("V2 encoding: bytes computed by hand from the format's description") {
    HdrHistogram histogram = small();
    // One empty bucket, then 1, then 97 empty ones, then 300 in bucket 100: the last in use ends the payload.
    histogram.record(1);
    histogram.record(99, 300);
    const std::string payload = bytes_of({0x00, 0x02, 0xc1, 0x01, 0xd8, 0x04});
    CHECK(encode_v2(histogram) == header(6) + payload);
}

TEST_CASE("V2 encoding: an empty histogram has one empty bucket, as the reference writes it") {
    CHECK(encode_v2(small()) == header(1) + bytes_of({0}));
}

TEST_CASE("V2 encoding: the largest count takes nine bytes, the last of them with eight bits") {
    HdrHistogram histogram = small();
    histogram.record(0, static_cast<std::uint64_t>(INT64_MAX));
    const std::string expected = header(9) + bytes_of({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    CHECK(encode_v2(histogram) == expected);
    CHECK(decode_v2(expected).value().count() == static_cast<std::uint64_t>(INT64_MAX));
}

TEST_CASE("V2 encoding: what is decoded has the same buckets and the same bytes, in both forms") {
    Random random(4'711);
    for (int i = 0; i < 200; ++i) {
        const HdrHistogram histogram = random_histogram(random);
        const std::string plain = encode_v2(histogram);
        const auto decoded = decode_v2(plain);
        REQUIRE(decoded);
        REQUIRE(decoded->config() == histogram.config());
        REQUIRE(decoded->count() == histogram.count());
        REQUIRE(encode_v2(*decoded) == plain);
        const auto from_compressed = decode_v2(encode_v2_compressed(histogram));
        REQUIRE(from_compressed);
        REQUIRE(*from_compressed == *decoded);
    }
}

TEST_CASE("V2 encoding: extremes come back as bucket bounds and out of range as nothing, because the format does not carry them") {
    HdrHistogram histogram;
    histogram.record(10'001);
    histogram.record(5'000'000'000);
    const HdrHistogram decoded = decode_v2(encode_v2(histogram)).value();
    CHECK(decoded.min() == 10'000);
    CHECK(decoded.max() == histogram.buckets().back().highest);
    CHECK(decoded.out_of_range() == 0);
    CHECK(decoded.count() == 2);
}

TEST_CASE("V2 decoding: cookies without word size and the header of hdr-histogram-js are understood") {
    std::string bytes = header(1) + bytes_of({0x04});
    bytes[3] = 0x03;
    CHECK(decode_v2(bytes).value().count() == 2);
    bytes = header(1) + bytes_of({0x04});
    bytes.replace(8, 4, bytes_of({0, 0, 0, 1}));
    bytes.replace(32, 8, bytes_of({0, 0, 0, 0, 0, 0, 0, 1}));
    CHECK(decode_v2(bytes).value().count() == 2);
}

TEST_CASE("V2 decoding: each kind of damage is named") {
    const std::string good = header(1) + bytes_of({2});
    REQUIRE(refusal(good) == "decoded");
    CHECK(refusal("") == kPrefix + "it ends within the header");
    CHECK(refusal(good.substr(0, 39)) == kPrefix + "it ends within the header");
    CHECK(refusal("#" + good.substr(1)) == kPrefix + "it begins with an unknown number");
    CHECK(refusal(good + "x") == kPrefix + "its length is not the one that it names");
    CHECK(refusal(good.substr(0, 40)) == kPrefix + "its length is not the one that it names");
    CHECK(refusal(header(1) + bytes_of({0x80})) == kPrefix + "its last count is cut off");
    // -20,001 empty buckets in a histogram of 8 · 1,024
    CHECK(refusal(header(3) + bytes_of({0xc1, 0xb8, 0x02})) == kPrefix + "it has more counts than buckets");
    const std::string lots = bytes_of({0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    CHECK(refusal(header(18) + lots + lots) == kPrefix + "its counts add up to more than 64 bits hold");
    std::string scaled = good;
    scaled[33] = 0x50;
    CHECK(refusal(scaled) == kPrefix + "its values are scaled or shifted, which is not supported");
    std::string digits = good;
    digits[15] = 9;
    CHECK(refusal(digits).starts_with("histogram of 1 to 100000 with -1 digits"));
    std::string smallest = header(9) + bytes_of({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});  // INT64_MIN empty buckets
    CHECK(refusal(smallest) == kPrefix + "it has more counts than buckets");
}

TEST_CASE("V2 decoding: a payload length beyond all buckets is refused before it is read") {
    std::string bytes = header(1) + bytes_of({2});
    bytes[4] = 0x7f;
    CHECK(refusal(bytes) == kPrefix + "its length is not the one that it names");
    HdrHistogram histogram = small();
    histogram.record(5);
    std::string compressed = encode_v2_compressed(histogram);
    REQUIRE(refusal(compressed) == "decoded");
    compressed[7] = static_cast<char>(compressed[7] + 1);
    CHECK(refusal(compressed) == kPrefix + "its length is not the one that it names");
}

TEST_CASE("V2 decoding: a compressed form that lost its end or got a wrong bit is refused") {
    HdrHistogram histogram;
    histogram.record(12'345, 7);
    const std::string good = encode_v2_compressed(histogram);
    for (std::size_t length = 0; length < good.size(); ++length) {
        REQUIRE(refusal(std::string_view(good).substr(0, length)) != "decoded");
    }
    std::string flipped = good;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);  // the check sum
    CHECK(refusal(flipped) == kPrefix + "its zlib stream is broken");
}

TEST_CASE("V2 decoding: random damage never does more than fail or give another histogram") {
    Random random(31);
    for (int i = 0; i < 3'000; ++i) {
        HdrHistogram histogram = small();
        histogram.record(static_cast<std::int64_t>(random.below(100'000)), 1 + random.below(1'000));
        std::string bytes = random.below(2) == 0 ? encode_v2(histogram) : encode_v2_compressed(histogram);
        for (std::uint64_t hits = 1 + random.below(4); hits > 0; --hits) {
            bytes[random.below(bytes.size())] = static_cast<char>(static_cast<unsigned char>(random.below(256)));
        }
        if (const auto decoded = decode_v2(bytes)) {
            REQUIRE(encode_v2(*decoded).size() >= 41);
        }
    }
}
