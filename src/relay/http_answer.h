#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/listener_http.h"
#include "relay/profile.h"

namespace relaybench::relay {

/// A response that is whole at once.
struct HttpAnswer {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::vector<net::ServerHeader> headers;  ///< beyond those that every answer has
};

/// What an answer depends on besides its own content.
struct AnswerContext {
    const net::ServerRequest& request;
    CorsPolicy cors = CorsPolicy::Explicit;
    std::uint64_t request_number = 0;  ///< for X-Request-ID
};

/// Status line and headers, but for Content-Length and the blank line that ends them.
[[nodiscard]] std::string answer_head(const HttpAnswer& answer, const AnswerContext& context);
/// Status line, headers and body.
[[nodiscard]] std::string answer_bytes(const HttpAnswer& answer, const AnswerContext& context);
/// The head of an event stream: chunked, or closed by the connection's end for HTTP/1.0.
[[nodiscard]] std::string stream_head(const AnswerContext& context);
/// The 101 of a WebSocket upgrade; offers the client's first sub-protocol back.
[[nodiscard]] std::string upgrade_head(const AnswerContext& context, std::string_view accept);
/// A refusal to upgrade that names the version spoken here.
[[nodiscard]] HttpAnswer upgrade_error(int status, std::string message);
/// What is wrong with a WebSocket upgrade whatever its path, if anything.
[[nodiscard]] std::optional<HttpAnswer> malformed_upgrade(const net::ServerRequest& request);
/// The answer to an OPTIONS pre-flight.
[[nodiscard]] HttpAnswer preflight();

[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace relaybench::relay
