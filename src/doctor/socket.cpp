#include "doctor/socket.h"

#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/tcp.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
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

/// Whether ICMP errors are kept to be read (a Linux extension for attempts to connect). On a connection that stands they would end it.
enum class KeepIcmp : std::uint8_t { No, Yes };
void keep_icmp(int fd, int family, KeepIcmp keep) {
    const int value = keep == KeepIcmp::Yes ? 1 : 0;
    if (family == AF_INET6) {
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &value, sizeof value);
    } else {
        setsockopt(fd, IPPROTO_IP, IP_RECVERR, &value, sizeof value);
    }
}

IcmpWord::Meaning meaning_of_icmp4(unsigned code) {
    switch (code) {
        case ICMP_NET_UNREACH:
        case ICMP_NET_UNKNOWN:
            return IcmpWord::Meaning::NoRoute;
        case ICMP_HOST_UNREACH:
        case ICMP_HOST_UNKNOWN:
            return IcmpWord::Meaning::HostUnreachable;
        case ICMP_PORT_UNREACH:
        case ICMP_PROT_UNREACH:
            return IcmpWord::Meaning::PortUnreachable;
        case ICMP_NET_ANO:
        case ICMP_HOST_ANO:
        case ICMP_PKT_FILTERED:
            return IcmpWord::Meaning::Prohibited;
        default:
            return IcmpWord::Meaning::Other;
    }
}

IcmpWord::Meaning meaning_of_icmp6(unsigned code) {
    constexpr unsigned kPolicyFailed = 5;  // RFC 4443 §3.1
    constexpr unsigned kRejectRoute = 6;
    switch (code) {
        case ICMP6_DST_UNREACH_NOROUTE:
            return IcmpWord::Meaning::NoRoute;
        case ICMP6_DST_UNREACH_ADDR:
            return IcmpWord::Meaning::HostUnreachable;
        case ICMP6_DST_UNREACH_NOPORT:
            return IcmpWord::Meaning::PortUnreachable;
        case ICMP6_DST_UNREACH_ADMIN:
        case kPolicyFailed:
        case kRejectRoute:
            return IcmpWord::Meaning::Prohibited;
        default:
            return IcmpWord::Meaning::Other;
    }
}

std::string numeric_text(const sockaddr* address) {
    const auto size = static_cast<socklen_t>(address->sa_family == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in));
    std::array<char, NI_MAXHOST> text{};
    const bool is_address = address->sa_family == AF_INET || address->sa_family == AF_INET6;
    return is_address && getnameinfo(address, size, text.data(), static_cast<socklen_t>(text.size()), nullptr, 0, NI_NUMERICHOST) == 0
               ? std::string(text.data())
               : std::string{};
}

std::optional<IcmpWord> word_in(const cmsghdr* part) {
    const bool is_error = (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) ||
                          (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR);
    if (!is_error || part->cmsg_len < CMSG_LEN(sizeof(sock_extended_err) + sizeof(sockaddr_in))) {
        return std::nullopt;
    }
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    if (error.ee_origin != SO_EE_ORIGIN_ICMP && error.ee_origin != SO_EE_ORIGIN_ICMP6) {
        return std::nullopt;
    }
    const bool is_v6 = error.ee_origin == SO_EE_ORIGIN_ICMP6;
    const bool is_unreachable = error.ee_type == (is_v6 ? ICMP6_DST_UNREACH : ICMP_DEST_UNREACH);
    const bool is_time_exceeded = error.ee_type == (is_v6 ? ICMP6_TIME_EXCEEDED : ICMP_TIME_EXCEEDED);
    sockaddr_in6 offender{};  // large enough for both
    std::memcpy(&offender, CMSG_DATA(part) + sizeof error, std::min(sizeof offender, part->cmsg_len - CMSG_LEN(sizeof error)));
    return IcmpWord{is_time_exceeded  ? IcmpWord::Meaning::TimeExceeded
                    : !is_unreachable ? IcmpWord::Meaning::Other
                    : is_v6           ? meaning_of_icmp6(error.ee_code)
                                      : meaning_of_icmp4(error.ee_code),
                    numeric_text(reinterpret_cast<const sockaddr*>(&offender))};
}

/// The ICMP message that ended the attempt, where the system keeps it.
std::optional<IcmpWord> last_icmp(int fd) {
    alignas(cmsghdr) std::array<char, 512> control{};
    std::array<char, 64> packet{};
    iovec part{.iov_base = packet.data(), .iov_len = packet.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return std::nullopt;
    }
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
        if (auto word = word_in(each)) {
            return word;
        }
    }
    return std::nullopt;
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
    keep_icmp(socket.fd(), to->ai_family, KeepIcmp::Yes);
    result.system_error = connect_by(socket.fd(), *to, deadline);
    result.took = now() - began;
    if (result.system_error == 0) {
        keep_icmp(socket.fd(), to->ai_family, KeepIcmp::No);
        result.socket = std::move(socket);
    } else {
        result.icmp = last_icmp(socket.fd());
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
        facts.all_retransmits = info.tcpi_total_retrans;
        facts.unacked = info.tcpi_unacked;
        facts.out_of_order_in = info.tcpi_rcv_ooopack;
    }
    return facts;
}

Readiness await_readable(int fd, Deadline deadline) { return await(fd, POLLIN, deadline); }
Readiness await_writable(int fd, Deadline deadline) { return await(fd, POLLOUT, deadline); }

core::TimePoint now() { return core::SystemClock().now(); }

}  // namespace relaybench::doctor
