#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stream/transport.h"
#include "wire/request.h"

namespace relaybench::net {

/// The whole text of an HTTP request, head and body: the one place that knows which headers a request has besides its own (Host,
/// Connection, Content-Length, in this order after the request line). Used for first and for reused connections alike.
[[nodiscard]] std::string http_request_text(const wire::Request& request, const stream::Target& target, wire::ConnectionUse use);

/// The text of a WebSocket upgrade (RFC 6455 §4.1) with the key that libwebsockets made, whose answer it will check.
[[nodiscard]] std::string upgrade_request_text(const wire::Request& request, const stream::Target& target, std::string_view key);

/// What asks a proxy for a tunnel (RFC 9110 §9.3.6).
[[nodiscard]] std::string connect_request_text(const stream::Tunnel& tunnel);

/// Value of a header in the text of a request head, or empty.
[[nodiscard]] std::string_view header_in_text(std::string_view head, std::string_view name);

/// What libwebsockets needs of a 101 to judge it: the status line and the headers that RFC 6455 §4.1 looks at. Its own header store is
/// small and drops names that it does not know, so it is not given the rest.
[[nodiscard]] std::string condensed_upgrade_head(const stream::ResponseHead& head);

}  // namespace relaybench::net
