#include "doctor/socket.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/units.h"

namespace relaybench::doctor {

namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses numeric(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list);
    return Addresses(failed == 0 ? list : nullptr);
}

Readiness await(int fd, short events, Deadline deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now());
        if (left.count() <= 0) {
            return Readiness::TimedOut;
        }
        pollfd wanted{.fd = fd, .events = events, .revents = 0};
        const int got = poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
        if (got > 0) {
            return Readiness::Ready;
        }
        if (got < 0 && errno != EINTR) {
            return Readiness::TimedOut;
        }
    }
}

/// errno of the attempt; 0 when the connection stands.
int connect_by(int fd, const addrinfo& to, Deadline deadline) {
    if (connect(fd, to.ai_addr, to.ai_addrlen) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS) {
        return errno;
    }
    if (await_writable(fd, deadline) == Readiness::TimedOut) {
        return ETIMEDOUT;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

Dialled dial(const std::string& address, std::uint16_t port, std::optional<int> segment_bytes, Deadline deadline) {
    Dialled result;
    const core::TimePoint began = now();
    const Addresses to = numeric(address, port);
    if (!to) {
        result.system_error = EINVAL;
        return result;
    }
    Socket socket(::socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket.is_open()) {
        result.system_error = errno;
        return result;
    }
    if (segment_bytes) {
        setsockopt(socket.fd(), IPPROTO_TCP, TCP_MAXSEG, &*segment_bytes, sizeof *segment_bytes);
    }
    const int on = 1;
    setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    result.system_error = connect_by(socket.fd(), *to, deadline);
    result.took = now() - began;
    if (result.system_error == 0) {
        result.socket = std::move(socket);
    }
    return result;
}

}  // namespace

Socket::~Socket() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Dialled dial(const std::string& address, std::uint16_t port, Deadline deadline) { return dial(address, port, std::nullopt, deadline); }

Dialled dial_with_segments(const std::string& address, std::uint16_t port, int segment_bytes, Deadline deadline) {
    return dial(address, port, std::optional(segment_bytes), deadline);
}

std::string TcpFacts::text() const {
    return fmt::format("rtt {}, acked {} B, received {} B in {} segments, {} out of order, {} unacked, {} retransmits",
                       core::human_duration(rtt), bytes_acked, bytes_received, data_segments_in, out_of_order_in, unacked, retransmits);
}

TcpFacts tcp_facts(const Socket& socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    TcpFacts facts;
    if (getsockopt(socket.fd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
        facts.rtt = std::chrono::microseconds(info.tcpi_rtt);
        facts.bytes_acked = info.tcpi_bytes_acked;
        facts.bytes_received = info.tcpi_bytes_received;
        facts.data_segments_in = info.tcpi_data_segs_in;
        facts.retransmits = info.tcpi_retransmits;
        facts.unacked = info.tcpi_unacked;
        facts.out_of_order_in = info.tcpi_rcv_ooopack;
    }
    return facts;
}

Readiness await_readable(int fd, Deadline deadline) { return await(fd, POLLIN, deadline); }
Readiness await_writable(int fd, Deadline deadline) { return await(fd, POLLOUT, deadline); }

core::TimePoint now() { return core::SystemClock().now(); }

}  // namespace relaybench::doctor
