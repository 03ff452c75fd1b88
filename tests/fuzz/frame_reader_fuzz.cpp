#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/require.h"
#include "net/frame_reader.h"

namespace {

namespace net = relaybench::net;

class Transcript final : public net::FrameSink {
  public:
    Next on_message(relaybench::wire::MessageKind kind, std::string_view payload) override {
        const bool is_text = kind == relaybench::wire::MessageKind::Text;
        relaybench::core::require(!is_text || net::is_utf8(payload), "a text message that is not UTF-8 was delivered");
        return add(is_text ? 't' : 'b', payload);
    }
    Next on_ping(std::string_view payload) override { return add('p', payload); }
    Next on_pong(std::string_view payload) override { return add('q', payload); }
    void on_close(std::uint16_t code, std::string_view reason) override { add(static_cast<char>('A' + code % 26), reason); }
    void on_broken(std::uint16_t code, std::string_view why) override { add(static_cast<char>('a' + code % 26), why); }

    std::string text;

  private:
    Next add(char what, std::string_view payload) {
        text.append(1, what).append(payload).append(1, '\n');
        return Next::Continue;
    }
};

}  // namespace

/// Any bytes as frames of a server: fed whole and in pieces (of the first byte's size) they must mean the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (bytes.empty()) {
        return 0;
    }
    const std::size_t piece = std::size_t{1} + data[0] % 64;
    bytes.remove_prefix(1);
    net::FrameReader whole_reader;
    Transcript whole;
    whole_reader.feed(bytes, whole);
    net::FrameReader pieces_reader;
    Transcript pieces;
    while (!bytes.empty()) {
        pieces_reader.feed(bytes.substr(0, piece), pieces);
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    relaybench::core::require(whole.text == pieces.text, "the split of the bytes changed their meaning");
    return 0;
}
