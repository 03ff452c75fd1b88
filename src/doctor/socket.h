#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "core/clock.h"

namespace relaybench::doctor {

/// The moment by which something must be over: every read, write and connect of a probe has one.
using Deadline = core::TimePoint;

/// A descriptor that closes itself.
class Socket {
  public:
    Socket() = default;
    explicit Socket(int fd) : fd_(fd) {}
    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket();

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }

  private:
    int fd_ = -1;
};

/// What a router, a firewall or the host itself said (ICMP, RFC 792 and 4443) that ended an attempt. Linux hands it on since 5.9.
struct IcmpWord {
    enum class Meaning : std::uint8_t {
        NoRoute,
        HostUnreachable,
        PortUnreachable,
        Prohibited,
        TimeExceeded,
        Other
    } meaning = Meaning::Other;
    std::string from;  ///< numeric address of who said it
};

/// How an attempt to connect ended: the socket is open exactly when `system_error` is 0.
struct Dialled {
    Socket socket;
    int system_error = 0;  ///< errno; ETIMEDOUT also when the deadline passed
    core::Duration took{0};
    std::optional<IcmpWord> icmp;
};

/// Connects to a numeric address. Does not throw; what goes wrong is in the result.
[[nodiscard]] Dialled dial(const std::string& address, std::uint16_t port, Deadline deadline);
/// The same with a maximum segment size: through a hole for large packets small ones still pass.
[[nodiscard]] Dialled dial_with_segments(const std::string& address, std::uint16_t port, int segment_bytes, Deadline deadline);

/// What the kernel knows of a connection (TCP_INFO): tells a lost answer from a lost question.
struct TcpFacts {
    core::Duration rtt{0};
    std::uint64_t bytes_acked = 0;
    std::uint64_t bytes_received = 0;
    std::uint32_t data_segments_in = 0;
    std::uint32_t retransmits = 0;  ///< of the segment that waits now
    std::uint32_t all_retransmits = 0;
    std::uint32_t unacked = 0;
    std::uint32_t out_of_order_in = 0;

    [[nodiscard]] std::string text() const;
};
[[nodiscard]] TcpFacts tcp_facts(const Socket& socket);

enum class Readiness : std::uint8_t { Ready, TimedOut };
[[nodiscard]] Readiness await_readable(int fd, Deadline deadline);
[[nodiscard]] Readiness await_writable(int fd, Deadline deadline);

/// The monotonic clock of the probes: they wait in real system calls.
[[nodiscard]] core::TimePoint now();

}  // namespace relaybench::doctor
