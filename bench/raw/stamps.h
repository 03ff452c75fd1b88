#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace relaybench::bench {

/// Nanoseconds of CLOCK_MONOTONIC.
[[nodiscard]] std::int64_t monotonic_ns();

/// Maps the kernel's receive stamps (CLOCK_REALTIME) to the monotonic line: the offset is the midpoint of the tightest of 32 (mono, real,
/// mono) triples.
class ClockMap {
  public:
    ClockMap() { renew(); }
    void renew();
    [[nodiscard]] std::int64_t monotonic_of(std::int64_t realtime_ns) const { return realtime_ns - offset_ns_; }

  private:
    std::int64_t offset_ns_ = 0;
};

struct StampedRead {
    ssize_t bytes = 0;       ///< as of recvmsg: 0 at the end, −1 with errno
    std::int64_t at_ns = 0;  ///< arrival on the monotonic line
    bool by_kernel = false;
};

/// Asks the kernel to stamp what this socket receives.
void ask_for_stamps(int socket);
[[nodiscard]] StampedRead read_stamped(int socket, std::span<char> buffer, const ClockMap& clock);

}  // namespace relaybench::bench
