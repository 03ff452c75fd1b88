#include "net/frame_reader.h"

#include <doctest/doctest.h>
#include <wslay/wslay.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/random.h"

namespace relaybench::net {
namespace {

/// Writes down what it is told, one line each.
class Notes final : public FrameSink {
  public:
    Next on_message(wire::MessageKind kind, std::string_view payload) override {
        return add(kind == wire::MessageKind::Text ? "text " : "binary ", payload);
    }
    Next on_ping(std::string_view payload) override { return add("ping ", payload); }
    Next on_pong(std::string_view payload) override { return add("pong ", payload); }
    void on_close(std::uint16_t code, std::string_view reason) override { add("close " + std::to_string(code) + " ", reason); }
    void on_broken(std::uint16_t code, std::string_view /*why*/) override { add("broken " + std::to_string(code), {}); }

    std::vector<std::string> lines;
    std::size_t stop_after = SIZE_MAX;

  private:
    Next add(std::string word, std::string_view payload) {
        lines.push_back(word.append(payload));
        return lines.size() < stop_after ? Next::Continue : Next::Stop;
    }
};

std::string frame(std::uint8_t first, std::string_view payload) {
    std::string text{static_cast<char>(first)};
    if (payload.size() < 126) {
        text += static_cast<char>(payload.size());
    } else {
        text += {static_cast<char>(126), static_cast<char>(payload.size() >> 8U), static_cast<char>(payload.size() & 0xFFU)};
    }
    return text.append(payload);
}

std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
    FrameReader reader;
    Notes notes;
    while (!bytes.empty()) {
        reader.feed(bytes.substr(0, piece), notes);
        bytes.remove_prefix(std::min(piece, bytes.size()));
    }
    return notes.lines;
}

/// The same bytes through wslay's reader, a kept and widely used implementation: the oracle.
struct Oracle {
    std::string_view input;
    std::vector<std::string> lines;
};

void note_for_oracle(wslay_event_context_ptr /*context*/, const wslay_event_on_msg_recv_arg* message, void* user) {
    auto& lines = static_cast<Oracle*>(user)->lines;
    const std::string payload(reinterpret_cast<const char*>(message->msg), message->msg_length);
    switch (message->opcode) {
        case WSLAY_TEXT_FRAME:
            lines.push_back("text " + payload);
            break;
        case WSLAY_BINARY_FRAME:
            lines.push_back("binary " + payload);
            break;
        case WSLAY_PING:
            lines.push_back("ping " + payload);
            break;
        case WSLAY_PONG:
            lines.push_back("pong " + payload);
            break;
        default:
            lines.push_back("close " + std::to_string(message->status_code == 0 ? 1005 : message->status_code) + " " +
                            (payload.size() > 2 ? payload.substr(2) : ""));
    }
}

ssize_t read_for_oracle(wslay_event_context_ptr context, uint8_t* buffer, size_t size, int /*flags*/, void* user) {
    auto& input = static_cast<Oracle*>(user)->input;
    if (input.empty()) {
        wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
        return -1;
    }
    const std::size_t take = std::min(size, input.size());
    std::memcpy(buffer, input.data(), take);
    input.remove_prefix(take);
    return static_cast<ssize_t>(take);
}

std::vector<std::string> wslay_reads(std::string_view bytes) {
    Oracle oracle{.input = bytes, .lines = {}};
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = &read_for_oracle;
    callbacks.on_msg_recv_callback = &note_for_oracle;
    wslay_event_context_ptr context = nullptr;
    REQUIRE(wslay_event_context_client_init(&context, &callbacks, &oracle) == 0);
    wslay_event_recv(context);
    wslay_event_context_free(context);
    return oracle.lines;
}

TEST_CASE("frame reader: messages, fragments and control frames, whole and split anywhere") {
    const std::string bytes = frame(0x81, "one") + frame(0x89, "p") + frame(0x01, "tw") + frame(0x8A, "q") + frame(0x80, "o") +
                              frame(0x82, std::string(300, '\xFF')) + frame(0x81, "") +
                              frame(0x88,
                                    "\x03\xE8"
                                    "bye");
    const std::vector<std::string> want = {"text one", "ping p",        "pong q", "text two", "binary " + std::string(300, '\xFF'),
                                           "text ",    "close 1000 bye"};
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        CHECK(read(bytes, piece) == want);
    }
}

TEST_CASE("frame reader: what RFC 6455 forbids is broken with the code that a close frame should carry") {
    const auto breaks = [](const std::string& bytes) { return read(bytes, bytes.size()).back(); };
    CHECK(breaks(frame(0xC1, "x")) == "broken 1002");  // RSV1 without extension
    CHECK(breaks(frame(0x83, "x")) == "broken 1002");  // unknown opcode
    CHECK(breaks(frame(0x8B, "x")) == "broken 1002");
    CHECK(breaks(frame(0x09, "x")) == "broken 1002");                                 // fragmented ping
    CHECK(breaks(frame(0x89, std::string(126, 'x'))) == "broken 1002");               // long ping
    CHECK(breaks(frame(0x80, "x")) == "broken 1002");                                 // continuation of nothing
    CHECK(breaks(frame(0x01, "x") + frame(0x81, "y")) == "broken 1002");              // message inside a message
    CHECK(breaks(frame(0x88, "x")) == "broken 1002");                                 // one byte of a code
    CHECK(breaks(std::string("\x81\x81\0\0\0\0x", 7)) == "broken 1002");              // masked
    CHECK(breaks(std::string("\x81\x7E\x00\x05hello", 9)) == "broken 1002");          // not the shortest length
    CHECK(breaks(std::string("\x81\x7F\x80\0\0\0\0\0\0\0", 10)) == "broken 1009");    // top bit of the length
    CHECK(breaks(std::string("\x82\x7F\0\0\0\0\x01\0\0\x01", 10)) == "broken 1009");  // 16 MiB and a byte
    CHECK(breaks(frame(0x81, "\xC3\x28")) == "broken 1007");                          // not UTF-8
}

TEST_CASE("frame reader: UTF-8 is judged over the whole message, not over its fragments") {
    CHECK(read(frame(0x01, "\xE2\x82") + frame(0x80, "\xAC"), 100) == std::vector<std::string>{"text \xE2\x82\xAC"});
}

TEST_CASE("frame reader: nothing follows a close frame, a broken frame or a Stop") {
    CHECK(read(frame(0x88, "") + frame(0x81, "x"), 100) == std::vector<std::string>{"close 1005 "});
    CHECK(read(frame(0xC1, "") + frame(0x81, "x"), 1) == std::vector<std::string>{"broken 1002"});
    FrameReader reader;
    Notes notes;
    notes.stop_after = 1;
    reader.feed(frame(0x81, "a") + frame(0x81, "b"), notes);
    CHECK(notes.lines.size() == 1);
}

TEST_CASE("frame reader: agrees with wslay on random streams of legal frames") {
    core::Random random(20'261'121);
    for (int round = 0; round < 300; ++round) {
        std::string bytes;
        bool fragmented = false;
        for (int i = 0; i < 20; ++i) {
            const std::string payload(random.below(400), static_cast<char>('a' + random.below(26)));
            if (random.below(4) == 0) {
                bytes += frame(random.below(2) == 0 ? 0x89 : 0x8A, payload.substr(0, 125));
                continue;
            }
            const bool fin = random.below(2) == 0;
            const std::uint8_t opcode = fragmented ? 0 : random.below(2) == 0 ? 1 : 2;
            bytes += frame(static_cast<std::uint8_t>(opcode | (fin ? 0x80 : 0)), payload);
            fragmented = !fin;
        }
        CHECK(read(bytes, 1 + random.below(700)) == wslay_reads(bytes));
    }
}

TEST_CASE("utf-8: the borders of RFC 3629") {
    for (const char* good :
         {"", "ascii", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
        CHECK(is_utf8(good));
    }
    for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
                            "\xF5\x80\x80\x80", "\xC2", "a\xE2\x82", "\xC2z"}) {
        CHECK_FALSE(is_utf8(bad));
    }
}

}  // namespace
}  // namespace relaybench::net
