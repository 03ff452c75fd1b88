#include "wire/request.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "wire/header_set.h"
#include "wire/request_body.h"

namespace relaybench::wire {
namespace {

constexpr std::size_t kShown = 60;

std::string query_encoded(std::string_view value) {
    constexpr std::string_view kMarks = "-._~";
    std::string result;
    for (const char c : value) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kMarks.find(c) != std::string::npos;
        result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return result;
}

/// chat-ws names the model in the query too; a URL that already does so is left alone.
std::string target_of(const RequestShape& shape, const Prompt& prompt) {
    std::string target = endpoint(shape.url, shape.dialect).target;
    const bool named = target.find("?model=") != std::string::npos || target.find("&model=") != std::string::npos;
    if (shape.dialect != Dialect::ChatWs || named) {
        return target;
    }
    const char* const joint = target.find('?') == std::string::npos ? "?" : "&";
    return target + joint + "model=" + query_encoded(prompt.model);
}

void set_http_headers(Dialect dialect, HeaderSet& headers) {
    headers.set("Content-Type", "application/json");
    headers.set("Accept", info(dialect).streaming ? "text/event-stream" : "application/json");
    // A compressed stream is timed by its compressor's flushes, not by its tokens.
    headers.set("Accept-Encoding", "identity");
}

void set_upgrade_headers(const RequestShape& shape, const Prompt& prompt, HeaderSet& headers) {
    if (shape.dialect == Dialect::StreamWs || shape.dialect == Dialect::StreamWsAudio) {
        headers.set("X-Model", prompt.model);
        headers.set("X-Stream", "true");
    }
    if (shape.dialect == Dialect::WsStream && shape.compression == Compression::Zstd) {
        headers.set("Accept-Encoding", "zstd");
    }
}

std::vector<Header> headers_of(const RequestShape& shape, const Prompt& prompt) {
    HeaderSet headers;
    headers.set("User-Agent", "relaybench");
    if (info(shape.dialect).carrier == Carrier::Http) {
        set_http_headers(shape.dialect, headers);
    } else {
        set_upgrade_headers(shape, prompt, headers);
    }
    if (!shape.key.empty()) {
        headers.set("Authorization", "Bearer " + shape.key.reveal());
    }
    if (!shape.origin.empty()) {
        headers.set("Origin", shape.origin);
    }
    for (const Header& header : shape.headers) {
        headers.set(header.name, header.value);
    }
    return std::move(headers).take();
}

core::Expected<void> check(const RequestShape& shape, const Prompt& prompt) {
    if (prompt.model.empty()) {
        return core::bad_input("a request needs the name of a model, such as gpt-4o-mini");
    }
    if (shape.dialect == Dialect::StreamWsAudio && prompt.audio.empty()) {
        return core::bad_input("dialect stream-ws-audio needs audio to transcribe");
    }
    if (!shape.subprotocol.empty() && !is_token(shape.subprotocol)) {
        return core::bad_input(
            fmt::format("sub-protocol \"{}\": expected one token, without blanks or commas", core::printable(shape.subprotocol, kShown)));
    }
    return {};
}

void fill_opening(std::string document, const RequestShape& shape, const Prompt& prompt, Request& request) {
    request.method = "GET";
    request.subprotocol = shape.subprotocol;
    request.opening.push_back({MessageKind::Text, std::move(document)});
    if (shape.dialect == Dialect::StreamWsAudio) {
        request.opening.push_back({MessageKind::Binary, prompt.audio});
    }
}

}  // namespace

core::Expected<Request> build_request(const RequestShape& shape, const Prompt& prompt) {
    if (auto fine = check(shape, prompt); !fine) {
        return tl::unexpected(std::move(fine).error());
    }
    auto document = request_document(shape, prompt);
    if (!document) {
        return tl::unexpected(std::move(document).error());
    }
    Request request;
    request.carrier = info(shape.dialect).carrier;
    request.target = target_of(shape, prompt);
    request.headers = headers_of(shape, prompt);
    for (const Header& header : request.headers) {
        if (auto fine = check_header(header); !fine) {
            return tl::unexpected(std::move(fine).error());
        }
    }
    if (request.carrier == Carrier::Http) {
        request.method = "POST";
        request.body = *std::move(document);
    } else {
        fill_opening(*std::move(document), shape, prompt, request);
    }
    return request;
}

Message heartbeat_message() { return {MessageKind::Text, R"({"type":"ping"})"}; }

}  // namespace relaybench::wire
