#include "wire/gzip_stream.h"

#include <doctest/doctest.h>

#include <string>

namespace relaybench::wire {
namespace {

constexpr std::size_t kMost = 1U << 20U;

TEST_CASE("gzip: what was written is read back, in pieces of any size") {
    GzipWriter writer(GzipWriter::Flush::WhenFull);
    std::string compressed;
    const std::string text(50'000, 'x');
    writer.write(text, compressed);
    writer.write("end", compressed);
    writer.finish(compressed);
    CHECK(compressed.size() < 1000);
    GzipReader reader;
    std::string back;
    for (const char byte : compressed) {
        REQUIRE(reader.read({&byte, 1}, kMost, back));
    }
    CHECK(back == text + "end");
}

TEST_CASE("gzip: flushed, each piece can be read at once; not flushed, it cannot") {
    for (const auto flush : {GzipWriter::Flush::Always, GzipWriter::Flush::WhenFull}) {
        GzipWriter writer(flush);
        std::string compressed;
        std::string back;
        writer.write("one", compressed);
        GzipReader reader;
        CHECK(reader.read(compressed, kMost, back));
        CHECK(back == (flush == GzipWriter::Flush::Always ? "one" : ""));
    }
}

TEST_CASE("gzip: garbage and bombs are refused") {
    std::string back;
    CHECK_FALSE(GzipReader().read("this is no gzip", kMost, back));
    GzipWriter writer(GzipWriter::Flush::WhenFull);
    std::string compressed;
    writer.write(std::string(1U << 22U, '\0'), compressed);
    writer.finish(compressed);
    back.clear();
    CHECK_FALSE(GzipReader().read(compressed, kMost, back));
    CHECK(back.size() < kMost + 10'000);
}

}  // namespace
}  // namespace relaybench::wire
