#pragma once

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

/// The scheme may be missing, the port may not: programs do not agree on its default. Proxies that are spoken to over TLS or SOCKS are
/// refused. Errors never show user or password.
[[nodiscard]] core::Expected<Proxy> parse_proxy(std::string_view text);

/// The value of Proxy-Authorization for `user:password` (RFC 7617).
[[nodiscard]] std::string basic_authorization(const core::Secret& credentials);

/// Whether `no_proxy` (a list with commas or blanks) exempts a host: `*`, a name (its sub-domains too, with or without a leading dot or
/// "*."), an address, a block such as 10.0.0.0/8, each with an optional :port.
[[nodiscard]] bool bypasses_proxy(std::string_view no_proxy, std::string_view host, std::uint16_t port);

}  // namespace relaybench::wire
