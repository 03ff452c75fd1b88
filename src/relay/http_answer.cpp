#include "relay/http_answer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "relay/documents.h"

namespace relaybench::relay {
namespace {

using Out = std::back_insert_iterator<std::string>;

constexpr int kNoContent = 204;

constexpr auto kReasons = std::to_array<std::pair<int, std::string_view>>({
    {101, "Switching Protocols"},
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
});

void put_cors(Out out, const AnswerContext& context) {
    const std::string_view origin = context.request.header("origin");
    if (origin.empty() || context.cors == CorsPolicy::None) {
        return;
    }
    fmt::format_to(out, "Access-Control-Allow-Origin: {}\r\n", context.cors == CorsPolicy::Wildcard ? "*" : origin);
    fmt::format_to(out, "Access-Control-Expose-Headers: X-Request-ID\r\n");
    if (context.cors == CorsPolicy::Explicit) {
        fmt::format_to(out, "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n");
    }
    if (context.request.method == "OPTIONS") {
        fmt::format_to(out,
                       "Access-Control-Allow-Methods: GET, POST\r\nAccess-Control-Allow-Headers: Authorization, Content-Type, "
                       "Accept\r\nAccess-Control-Max-Age: 600\r\n");
    }
}

void put_common(Out out, const AnswerContext& context) {
    fmt::format_to(out, "Server: relaybench\r\nX-Request-ID: req-{:012d}\r\n", context.request_number);
    put_cors(out, context);
}

void put_connection(Out out, const net::ServerRequest& request) {
    if (!request.keep_alive) {
        fmt::format_to(out, "Connection: close\r\n");
    } else if (request.http_1_0) {
        fmt::format_to(out, "Connection: keep-alive\r\n");
    }
}

}  // namespace

std::string_view reason_phrase(int status) {
    const auto* const found = std::find_if(kReasons.begin(), kReasons.end(), [status](const auto& entry) { return entry.first == status; });
    return found == kReasons.end() ? "Unknown" : found->second;
}

std::string answer_head(const HttpAnswer& answer, const AnswerContext& context) {
    std::string text;
    const Out out(text);
    fmt::format_to(out, "HTTP/1.1 {} {}\r\n", answer.status, reason_phrase(answer.status));
    put_common(out, context);
    put_connection(out, context.request);
    for (const net::ServerHeader& header : answer.headers) {
        fmt::format_to(out, "{}: {}\r\n", header.name, header.value);
    }
    if (answer.status != kNoContent) {
        fmt::format_to(out, "Content-Type: {}\r\n", answer.content_type);
    }
    return text;
}

std::string answer_bytes(const HttpAnswer& answer, const AnswerContext& context) {
    std::string text = answer_head(answer, context);
    if (answer.status != kNoContent) {
        fmt::format_to(Out(text), "Content-Length: {}\r\n", answer.body.size());
    }
    text.append("\r\n");
    return context.request.method == "HEAD" ? text : text + answer.body;
}

std::string stream_head(const AnswerContext& context) {
    std::string text;
    const Out out(text);
    fmt::format_to(out, "HTTP/1.1 200 OK\r\n");
    put_common(out, context);
    fmt::format_to(out, "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n");
    if (context.request.http_1_0) {
        fmt::format_to(out, "Connection: close\r\n");
    } else {
        put_connection(out, context.request);
        fmt::format_to(out, "Transfer-Encoding: chunked\r\n");
    }
    fmt::format_to(out, "\r\n");
    return text;
}

std::string upgrade_head(const AnswerContext& context, std::string_view accept) {
    std::string text;
    const Out out(text);
    fmt::format_to(out, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
                   accept);
    put_common(out, context);
    const std::string_view offered = context.request.header("sec-websocket-protocol");
    if (!offered.empty()) {
        fmt::format_to(out, "Sec-WebSocket-Protocol: {}\r\n", core::trimmed(offered.substr(0, offered.find(','))));
    }
    fmt::format_to(out, "\r\n");
    return text;
}

HttpAnswer upgrade_error(int status, std::string message) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = error_json({std::move(message), "invalid_request_error", ""});
    answer.headers.push_back({"Sec-WebSocket-Version", "13"});
    return answer;
}

std::optional<HttpAnswer> malformed_upgrade(const net::ServerRequest& request) {
    if (!core::iequals(request.header("upgrade"), "websocket") || request.header("sec-websocket-key").empty()) {
        return upgrade_error(400, "Not a WebSocket upgrade.");
    }
    if (request.header("sec-websocket-version") != "13") {
        return upgrade_error(426, "Only WebSocket version 13 is spoken here.");
    }
    return std::nullopt;
}

HttpAnswer preflight() {
    HttpAnswer answer;
    answer.status = kNoContent;
    return answer;
}

}  // namespace relaybench::relay
