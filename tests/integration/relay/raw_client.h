#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::test {

/// How a connection ended, as a socket sees it.
enum class RawEnd { Fin, Reset, StillOpen };

struct RawFrame {
    unsigned opcode = 0;
    std::string payload;
};

/// A blocking client that shows bytes as they are. All waits are bounded; a connection that says nothing for that long is StillOpen.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port, int silence_ms = 20'000);
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    ~RawClient();

    void send(std::string_view bytes);
    /// Sends until the peer takes no more for `stall_ms`; how many bytes it took.
    std::size_t send_until_stalled(std::string_view bytes, int stall_ms);
    /// Reads until the connection ends or is silent.
    std::string read_all();
    /// Reads until `mark` has come (it included), or as read_all(). What came behind it is kept.
    std::string read_until(std::string_view mark);
    /// How the last read_all() ended.
    [[nodiscard]] RawEnd end() const { return end_; }

    /// Upgrades; returns the response head.
    std::string upgrade(std::string_view target, std::string_view headers = {});
    void send_frame(unsigned opcode, std::string_view payload);
    /// Frames up to the connection's end or silence; `broken` tells whether bytes were left that are no whole frame.
    std::vector<RawFrame> read_frames();
    [[nodiscard]] bool leftover() const { return !kept_.empty(); }

  private:
    bool read_more();

    int fd_ = -1;
    std::string kept_;
    RawEnd end_ = RawEnd::StillOpen;
    bool reset_ = false;  ///< send() was told of it
};

/// One masked frame of a client; at most 65,535 bytes of payload.
[[nodiscard]] std::string client_frame(unsigned opcode, std::string_view payload);

/// A POST of `body` to `path`.
[[nodiscard]] std::string post(std::string_view path, std::string_view body, std::string_view headers = {});
/// The body of a chunked response, `complete` when its last chunk is there.
struct Unchunked {
    std::string body;
    bool complete = false;
    bool broken = false;
};
[[nodiscard]] Unchunked unchunked(std::string_view response);

[[nodiscard]] std::size_t occurrences(std::string_view text, std::string_view word);

}  // namespace relaybench::test
