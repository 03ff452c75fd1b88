#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"

namespace relaybench::net {

struct ListeningSocket {
    int fd = -1;             ///< non-blocking, close-on-exec; owned by the caller
    std::uint16_t port = 0;  ///< the one that the system picked when 0 was asked for
};

/// Binds and listens on a numeric IPv4 or IPv6 address. BadInput: no such address form; Failure: the system refuses (errno in words).
[[nodiscard]] core::Expected<ListeningSocket> open_listening_socket(const std::string& address, std::uint16_t port, int backlog);

/// The numeric address at the other end, without its port; empty when there is none any more.
[[nodiscard]] std::string peer_of_socket(int fd);

}  // namespace relaybench::net
