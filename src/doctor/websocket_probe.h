#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/channel.h"
#include "doctor/http_exchange.h"
#include "net/frame_reader.h"

namespace relaybench::doctor {

/// What a WebSocket brought.
struct SocketEvent {
    enum class Kind : std::uint8_t { Text, Binary, Pong, Close, Broken, Fin, Reset, TimedOut } kind = Kind::TimedOut;
    std::string payload;
    std::uint16_t close_code = 0;
    core::TimePoint at;
};

/// The client's side of a WebSocket for one check: blocking, with deadlines. Pings of the peer are answered.
class WebSocketProbe final : private net::FrameSink {
  public:
    /// Takes over a channel whose upgrade was accepted, and what came right behind the 101; pings in it are answered by the deadline.
    WebSocketProbe(Channel channel, std::string_view early, Deadline deadline) : channel_(std::move(channel)), deadline_(deadline) {
        reader_.feed(early, *this);
    }

    bool send_text(std::string_view text, Deadline deadline) { return send(0x1, text, deadline); }
    bool send_binary(std::string_view bytes, Deadline deadline) { return send(0x2, bytes, deadline); }
    bool send_ping(std::string_view payload, Deadline deadline) { return send(0x9, payload, deadline); }
    bool send_close(std::uint16_t code, Deadline deadline);
    [[nodiscard]] SocketEvent next(Deadline deadline);
    [[nodiscard]] TcpFacts tcp() const { return tcp_facts(channel_.socket()); }
    /// To wait for, by whoever watches more than one.
    [[nodiscard]] const Socket& socket() const { return channel_.socket(); }
    /// Pings of the peer so far; they are answered and are no events.
    [[nodiscard]] std::uint64_t pings() const { return pings_; }

  private:
    bool send(std::uint8_t opcode, std::string_view payload, Deadline deadline);
    void note(SocketEvent::Kind kind, std::string_view payload, std::uint16_t code = 0);
    Next on_message(wire::MessageKind kind, std::string_view payload) override;
    Next on_ping(std::string_view payload) override;
    Next on_pong(std::string_view payload) override;
    void on_close(std::uint16_t code, std::string_view reason) override;
    void on_broken(std::uint16_t code, std::string_view why) override;

    /// What is echoed and paced is far shorter; a peer that sends more means no good.
    static constexpr std::size_t kMostMessageBytes = std::size_t{1} << 20;

    Channel channel_;
    net::FrameReader reader_{kMostMessageBytes};
    std::deque<SocketEvent> events_;
    Deadline deadline_;  ///< of the read that goes on
    std::uint64_t pings_ = 0;
};

/// What became of an upgrade.
struct Upgrade {
    HttpReply reply;
    bool accepted = false;                   ///< a 101 that RFC 6455 §4.1 would accept
    std::string wrong_with;                  ///< a 101 that it would not: what is wrong
    std::unique_ptr<WebSocketProbe> socket;  ///< set when accepted
};
[[nodiscard]] Upgrade upgrade(Channel channel, const std::string& target, const std::string& authority,
                              const std::vector<wire::Header>& headers, Deadline deadline);

}  // namespace relaybench::doctor
