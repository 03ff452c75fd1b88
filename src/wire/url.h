#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace relaybench::wire {

/// http, https, ws and wss URLs. `host` has no brackets (IPv6 included) and no dot at its end; `target` is path and query, and starts with '/' or is empty.
struct Url {
    std::string scheme;
    std::string host;
    std::uint16_t port = 0;  ///< always set; the scheme's default when the text has none
    std::string target;

    [[nodiscard]] bool secure() const { return scheme == "https" || scheme == "wss"; }
    /// As it goes into the Host header: brackets for IPv6, port only when it is not the scheme's default.
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] std::string text() const;
};

/// Refuses userinfo (keys do not belong in URLs), fragments, unknown schemes, bad ports; the error says what would be accepted.
[[nodiscard]] core::Expected<Url> parse_url(std::string_view text);

/// host:port, an IPv6 address in brackets.
[[nodiscard]] std::string host_and_port(std::string_view host, std::uint16_t port);

/// A literal IPv4 or IPv6 address, without brackets.
[[nodiscard]] bool is_address(const std::string& host);

/// 127.0.0.0/8, ::1, localhost.
[[nodiscard]] bool is_loopback(std::string_view host);
/// Loopback, RFC 1918, RFC 4193, link-local, and names ending in .local or .internal.
[[nodiscard]] bool is_private(std::string_view host);

}  // namespace relaybench::wire
