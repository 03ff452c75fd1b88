#include "net/request_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "core/text.h"

namespace relaybench::net {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

void append_header(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append(kLineEnd);
}

std::string request_line_and_host(const wire::Request& request, const stream::Target& target) {
    std::string text;
    text.append(request.method).append(" ").append(request.target.empty() ? "/" : request.target).append(" HTTP/1.1").append(kLineEnd);
    append_header(text, "Host", target.authority);
    return text;
}

void append_own_headers(std::string& text, const wire::Request& request) {
    for (const auto& header : request.headers) {
        append_header(text, header.name, header.value);
    }
}

bool carries_body(const wire::Request& request) { return !request.body.empty() || request.method == "POST"; }

}  // namespace

std::string http_request_text(const wire::Request& request, const stream::Target& target, wire::ConnectionUse use) {
    std::string text = request_line_and_host(request, target);
    append_header(text, "Connection", use == wire::ConnectionUse::Reuse ? "keep-alive" : "close");
    if (carries_body(request)) {
        append_header(text, "Content-Length", fmt::format("{}", request.body.size()));
    }
    append_own_headers(text, request);
    text.append(kLineEnd).append(request.body);
    return text;
}

std::string upgrade_request_text(const wire::Request& request, const stream::Target& target, std::string_view key) {
    std::string text = request_line_and_host(request, target);
    append_header(text, "Upgrade", "websocket");
    append_header(text, "Connection", "Upgrade");
    append_header(text, "Sec-WebSocket-Key", key);
    append_header(text, "Sec-WebSocket-Version", "13");
    if (!request.subprotocol.empty()) {
        append_header(text, "Sec-WebSocket-Protocol", request.subprotocol);
    }
    append_own_headers(text, request);
    return text.append(kLineEnd);
}

std::string connect_request_text(const stream::Tunnel& tunnel) {
    std::string text = "CONNECT " + tunnel.destination + " HTTP/1.1\r\n";
    append_header(text, "Host", tunnel.destination);
    if (!tunnel.authorization.empty()) {
        append_header(text, "Proxy-Authorization", tunnel.authorization);
    }
    return text.append(kLineEnd);
}

std::string_view header_in_text(std::string_view head, std::string_view name) {
    for (auto line_end = head.find(kLineEnd); line_end != std::string_view::npos; line_end = head.find(kLineEnd)) {
        const std::string_view line = head.substr(0, line_end);
        head.remove_prefix(line_end + kLineEnd.size());
        if (line.size() > name.size() && line[name.size()] == ':' && core::iequals(line.substr(0, name.size()), name)) {
            return core::trimmed(line.substr(name.size() + 1));
        }
    }
    return {};
}

std::string condensed_upgrade_head(const stream::ResponseHead& head) {
    static constexpr std::array<std::string_view, 5> kJudged = {"upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol",
                                                                "sec-websocket-extensions"};
    std::string text = "HTTP/1.1 101 Switching Protocols\r\n";
    for (const auto& header : head.headers) {
        if (std::find(kJudged.begin(), kJudged.end(), header.name) != kJudged.end()) {
            append_header(text, header.name, header.value);
        }
    }
    return text.append(kLineEnd);
}

}  // namespace relaybench::net
