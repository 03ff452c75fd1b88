#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wire/request.h"

namespace relaybench::net {

/// Receives what a FrameReader finds. Views live until the call returns. Each call may answer Stop: the reader then drops the rest of
/// what it was fed (the stream was let go of from inside the call).
class FrameSink {
  public:
    enum class Next : std::uint8_t { Continue, Stop };

    FrameSink() = default;
    FrameSink(const FrameSink&) = delete;
    FrameSink& operator=(const FrameSink&) = delete;
    virtual ~FrameSink() = default;

    virtual Next on_message(wire::MessageKind kind, std::string_view payload) = 0;
    virtual Next on_ping(std::string_view payload) = 0;
    virtual Next on_pong(std::string_view payload) = 0;
    /// The peer's close frame; `code` is 1005 when it carries none. Nothing follows it.
    virtual void on_close(std::uint16_t code, std::string_view reason) = 0;
    /// The frames break RFC 6455. `code` is what a close frame should say (1002, 1007 or 1009). Nothing follows it.
    virtual void on_broken(std::uint16_t code, std::string_view why) = 0;
};

/// The client side of RFC 6455 §5: takes bytes as they come, gives whole messages and control frames. No extension is ever offered, so
/// any RSV bit is an error. A message that lies whole in what is fed is handed over without a copy; only pieces are kept.
/// Used instead of wslay's reader to spare its buffer for each stream (docs/net.md); tests compare the two on random legal streams.
class FrameReader {
  public:
    /// Longest message accepted; longer ones break the connection with 1009.
    static constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;

    /// `most_bytes`: of a message, when fewer are expected.
    explicit FrameReader(std::size_t most_bytes = kMaxMessageBytes) : most_bytes_(most_bytes) {}

    void feed(std::string_view bytes, FrameSink& sink);

    /// True between the first and the last byte of a frame or of a fragmented message.
    [[nodiscard]] bool inside_message() const { return !partial_.empty() || fragmented_; }

  private:
    enum class Step : std::uint8_t { Continue, Stop };
    struct Header;
    struct Fault {
        std::uint16_t code;
        const char* why;
    };

    Step feed_partial(std::string_view& bytes, FrameSink& sink);
    Step feed_whole(std::string_view& bytes, FrameSink& sink);
    Step on_frame(const Header& header, std::string_view payload, FrameSink& sink);
    Step on_data(const Header& header, std::string_view payload, FrameSink& sink);
    Step on_control(const Header& header, std::string_view payload, FrameSink& sink);
    Step on_close(std::string_view payload, FrameSink& sink);
    Step deliver(std::string_view payload, FrameSink& sink);
    Step broken(const Fault& fault, FrameSink& sink);
    [[nodiscard]] std::optional<Fault> fault(const Header& header) const;
    [[nodiscard]] static std::optional<Fault> control_fault(const Header& header);
    [[nodiscard]] std::optional<Fault> data_fault(const Header& header) const;

    std::size_t most_bytes_;
    std::string partial_;  ///< the beginning of a frame, header included
    std::string message_;  ///< fragments so far
    wire::MessageKind kind_ = wire::MessageKind::Text;
    bool fragmented_ = false;
    bool ended_ = false;
};

/// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace relaybench::net
