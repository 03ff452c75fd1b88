#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.h"
#include "net/response_reader.h"

namespace {

using relaybench::net::ResponseReader;

struct Body final : ResponseReader::BodySink {
    ResponseReader::Next on_body(std::string_view piece) override {
        bytes += piece;
        return ResponseReader::Next::Continue;
    }
    std::string bytes;
};

struct Result {
    ResponseReader::State state;
    int status;
    std::string body;
};

Result read(std::string_view bytes, std::size_t piece) {
    ResponseReader reader;
    Body body;
    std::string left;
    while (!bytes.empty()) {
        left += bytes.substr(0, piece);
        bytes.remove_prefix(std::min(piece, bytes.size()));
        if (reader.state() == ResponseReader::State::Head) {
            const std::size_t used = reader.feed_head(left);
            relaybench::core::require(used <= left.size(), "the reader used more than it was given");
            left.erase(0, used);
        }
        if (reader.state() == ResponseReader::State::Body && reader.head().status != 101) {
            left.erase(0, reader.feed_body(left, body));
        }
        if (reader.state() == ResponseReader::State::Broken || reader.state() == ResponseReader::State::Complete) {
            break;
        }
    }
    return {reader.state(), reader.head().status, body.bytes};
}

}  // namespace

/// Any bytes as a response: fed whole and in pieces (of the first byte's size) it must be read the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const Result whole = read(bytes, bytes.size());
    const Result pieces = read(bytes, std::size_t{1} + data[0] % 64);
    relaybench::core::require(whole.state == pieces.state, "the split of the bytes changed how the response ends");
    relaybench::core::require(whole.status == pieces.status, "the split of the bytes changed the status");
    relaybench::core::require(whole.state == ResponseReader::State::Broken || whole.body == pieces.body, "the split changed the body");
    return 0;
}
