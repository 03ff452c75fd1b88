#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/secret.h"

namespace relaybench::wire {

/// A forward proxy: `http://[user:password@]host:port`, as environment variables name it.
struct Proxy {
    std::string host;  ///< without brackets
    std::uint16_t port = 0;
    core::Secret credentials;  ///< user:password, percent-decoding done; empty: none

    /// For people and results: without credentials.
    [[nodiscard]] std::string text() const;
};

/// The environment variables that name a proxy, and those that name hosts which are reached without one. Which program reads which, and in
/// what order, differs.
inline constexpr std::array<std::string_view, 6> kProxyVariables = {"https_proxy", "HTTPS_PROXY", "http_proxy",
                                                                    "HTTP_PROXY",  "all_proxy",   "ALL_PROXY"};
inline constexpr std::array<std::string_view, 2> kNoProxyVariables = {"no_proxy", "NO_PROXY"};

/// The parts of a proxy's text, however badly it is written: the last '@' ends the login, and "://" a scheme if what stands before can be one.
struct ProxyText {
    std::string_view scheme;  ///< without "://"; empty: none
    std::string_view login;   ///< as it is written, not decoded; empty: none
    std::string_view place;   ///< host and port, and what stands behind them
    bool has_login = false;

    /// Up to the first of ":/", or the brackets of an IPv6 address.
    [[nodiscard]] std::string_view host() const;
};
[[nodiscard]] ProxyText split_proxy(std::string_view text);

/// The scheme may be missing, the port may not: programs do not agree on its default. Proxies that are spoken to over TLS or SOCKS are
/// refused. Errors never show user or password.
[[nodiscard]] core::Expected<Proxy> parse_proxy(std::string_view text);

/// The value of Proxy-Authorization for `user:password` (RFC 7617).
[[nodiscard]] std::string basic_authorization(const core::Secret& credentials);

/// Whether `no_proxy` (a list with commas or blanks) exempts a host: `*`, a name (its sub-domains too, with or without a leading dot or
/// "*."), an address, a block such as 10.0.0.0/8, each with an optional :port.
[[nodiscard]] bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port);

}  // namespace relaybench::wire
