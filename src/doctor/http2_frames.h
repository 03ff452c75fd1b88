#pragma once

#include <optional>
#include <string>
#include <string_view>

/// As much of HTTP/2 (RFC 9113) as it takes to see what a server offers.
namespace relaybench::doctor {

/// What a client says first: the preface and an empty SETTINGS frame.
[[nodiscard]] std::string http2_greeting();

struct Http2Settings {
    bool extended_connect = false;  ///< SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441): WebSockets over HTTP/2
};
/// Of the SETTINGS frame that a server's bytes begin with; nothing when they do not, or when it is not whole yet.
[[nodiscard]] std::optional<Http2Settings> read_http2_settings(std::string_view bytes);

/// Bytes that begin as a server's SETTINGS frame does.
[[nodiscard]] bool looks_like_http2(std::string_view bytes);

}  // namespace relaybench::doctor
