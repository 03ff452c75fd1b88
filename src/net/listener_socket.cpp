#include "net/listener_socket.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace relaybench::net {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList numeric_address(const std::string& address, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    addrinfo* found = nullptr;
    if (getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        found = nullptr;
    }
    return {found, &freeaddrinfo};
}

std::uint16_t bound_port(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length);
    if (storage.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_port);
    }
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

bool bind_and_listen(int fd, const addrinfo& address, int backlog) {
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return bind(fd, address.ai_addr, address.ai_addrlen) == 0 && listen(fd, backlog) == 0;
}

}  // namespace

core::Expected<ListeningSocket> open_listening_socket(const std::string& address, std::uint16_t port, int backlog) {
    const AddressList numeric = numeric_address(address, port);
    if (!numeric) {
        return core::bad_input(fmt::format("cannot listen on \"{}\": a numeric IPv4 or IPv6 address is needed", address));
    }
    const int fd = socket(numeric->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || !bind_and_listen(fd, *numeric, backlog)) {
        const std::string why = std::generic_category().message(errno);
        if (fd >= 0) {
            close(fd);
        }
        return core::failure(fmt::format("cannot listen on {} port {}: {}", address, port, why));
    }
    return ListeningSocket{fd, bound_port(fd)};
}

std::string peer_of_socket(int fd) {
    sockaddr_storage storage{};
    socklen_t length = sizeof storage;
    std::array<char, NI_MAXHOST> host{};
    auto* const address = reinterpret_cast<sockaddr*>(&storage);
    if (getpeername(fd, address, &length) != 0 || getnameinfo(address, length, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
        return {};
    }
    // A socket that listens on [::] sees IPv4 clients as mapped addresses (RFC 4291 §2.5.5.2).
    constexpr std::string_view kMapped = "::ffff:";
    const std::string_view text = host.data();
    return std::string(text.starts_with(kMapped) ? text.substr(kMapped.size()) : text);
}

}  // namespace relaybench::net
