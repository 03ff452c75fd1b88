#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace relaybench::net {

/// RFC 6455 §5.2.
enum class FrameKind : std::uint8_t { Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA };

/// The head of an unfragmented, unmasked frame, as a server sends it; the payload follows. At most 10 bytes.
struct FrameHead {
    char bytes[10] = {};
    std::size_t size = 0;
    [[nodiscard]] std::string_view view() const { return {bytes, size}; }
};
[[nodiscard]] FrameHead server_frame_head(FrameKind kind, std::size_t payload_bytes);

/// Head and payload of a close frame. Code 0: an empty body.
[[nodiscard]] std::string server_close_frame(std::uint16_t code, std::string_view reason);

/// Sec-WebSocket-Accept of a Sec-WebSocket-Key (RFC 6455 §4.2.2).
[[nodiscard]] std::string websocket_accept(std::string_view key);

/// One message of the client (fragments joined), or one control frame.
struct ClientMessage {
    FrameKind kind = FrameKind::Text;
    std::string payload;
};

/// Masked frames of one client → messages, by wslay. Bounded: a message above `max_message_bytes` breaks the connection.
class ClientFrameReader {
  public:
    explicit ClientFrameReader(std::size_t max_message_bytes = kDefaultMaxMessageBytes);
    ClientFrameReader(ClientFrameReader&&) noexcept;
    ClientFrameReader& operator=(ClientFrameReader&&) noexcept;
    ~ClientFrameReader();

    static constexpr std::size_t kDefaultMaxMessageBytes = 32U << 20U;

    enum class Status : std::uint8_t { NeedMore, Message, Broken, TooLarge };
    /// Takes bytes off the front of `bytes` until a message is whole (then take() it and go on) or none are left.
    [[nodiscard]] Status feed(std::string_view& bytes);
    [[nodiscard]] ClientMessage take();

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace relaybench::net
