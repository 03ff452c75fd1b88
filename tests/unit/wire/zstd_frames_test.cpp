#include "wire/zstd_frames.h"

#include <string>

#include <doctest/doctest.h>
#include <zstd.h>

#include "wire/payload_decoder.h"

namespace wire = relaybench::wire;

namespace {

std::string compressed(std::string_view text) {
    std::string result(ZSTD_compressBound(text.size()), '\0');
    result.resize(ZSTD_compress(result.data(), result.size(), text.data(), text.size(), 3));
    return result;
}

/// As a streaming compressor writes it: without the content's size.
std::string streamed(std::string_view text) {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    std::string result(ZSTD_compressBound(text.size()) + 64, '\0');
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer out{result.data(), result.size(), 0};
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_end);
    ZSTD_freeCCtx(context);
    result.resize(out.pos);
    REQUIRE(ZSTD_getFrameContentSize(result.data(), result.size()) == ZSTD_CONTENTSIZE_UNKNOWN);
    return result;
}

}  // namespace

TEST_CASE("zstd: frames with and without a content size, one after the other, give their text") {
    wire::ZstdFrames frames;
    const std::string large(100000, 'a');
    CHECK(frames.decompress(compressed("hello")) == "hello");
    CHECK(frames.decompress(streamed("hello")) == "hello");
    CHECK(frames.decompress(compressed(large)) == large);
    CHECK(frames.decompress(streamed(large)) == large);
    CHECK(frames.decompress(compressed("two ") + streamed("frames")) == "two frames");
    CHECK(frames.decompress(compressed("")) == "");
    CHECK(frames.decompress("") == "");
}

TEST_CASE("zstd: what is no whole frame is refused at every cut, and the next message is read again") {
    wire::ZstdFrames frames;
    const std::string frame = streamed("a message of some length");
    for (std::size_t size = 1; size < frame.size(); ++size) {
        CAPTURE(size);
        CHECK_FALSE(frames.decompress(std::string_view(frame).substr(0, size)));
    }
    CHECK_FALSE(frames.decompress("{\"choices\":[]}"));
    CHECK_FALSE(frames.decompress(frame + "rest"));
    CHECK(frames.decompress(frame) == "a message of some length");
}

TEST_CASE("zstd: a message may hold 16 MiB and no more") {
    wire::ZstdFrames frames;
    const std::string most(wire::ZstdFrames::kMaxBytes, 'x');
    const auto text = frames.decompress(compressed(most));
    REQUIRE(text);
    CHECK(text->size() == most.size());
    CHECK_FALSE(frames.decompress(compressed(most + "x")));
    CHECK_FALSE(frames.decompress(streamed(most + "x")));
    CHECK(frames.decompress(compressed("after")) == "after");
}

TEST_CASE("zstd: ws-stream reads binary messages as its text ones") {
    wire::PayloadDecoder decoder;
    const auto message = [&](std::string_view bytes) {
        return decoder.decode_message(wire::Dialect::WsStream, wire::MessageKind::Binary, bytes);
    };
    CHECK(message(compressed(R"({"choices":[{"delta":{"content":"Hi"}}]})")).token == wire::TokenKind::Text);
    CHECK(message(streamed("[DONE]")).done_marker);
    CHECK(message("{\"choices\":[]}").malformed);
    CHECK(message(compressed("not json")).malformed);
    CHECK(message("").unknown);
}
