#include "raw/stamps.h"

#include <array>
#include <cstring>
#include <ctime>
#include <limits>

namespace relaybench::bench {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * kNanosPerSecond + time.tv_nsec; }

std::int64_t read_clock(clockid_t id) {
    timespec time{};
    clock_gettime(id, &time);
    return nanoseconds(time);
}

}  // namespace

std::int64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }

void ClockMap::renew() {
    std::int64_t tightest = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < 32; ++i) {
        const std::int64_t before = monotonic_ns();
        const std::int64_t real = read_clock(CLOCK_REALTIME);
        const std::int64_t after = monotonic_ns();
        if (after - before < tightest) {
            tightest = after - before;
            offset_ns_ = real - (before + (after - before) / 2);
        }
    }
}

void ask_for_stamps(int socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

StampedRead read_stamped(int socket, std::span<char> buffer, const ClockMap& clock) {
    iovec vector{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, 64> control{};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    StampedRead read;
    read.bytes = recvmsg(socket, &message, MSG_DONTWAIT);
    const cmsghdr* header = read.bytes > 0 ? CMSG_FIRSTHDR(&message) : nullptr;
    if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
        timespec stamp{};
        std::memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
        read.at_ns = clock.monotonic_of(nanoseconds(stamp));
        read.by_kernel = true;
    } else {
        read.at_ns = monotonic_ns();
    }
    return read;
}

}  // namespace relaybench::bench
