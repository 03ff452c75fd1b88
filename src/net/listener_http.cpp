#include "net/listener_http.h"

#include <http_parser.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace relaybench::net {

std::string_view ServerRequest::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const ServerHeader& header) { return header.name == name; });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::string_view ServerRequest::path() const { return std::string_view(target).substr(0, target.find('?')); }

std::string_view ServerRequest::query(std::string_view name) const {
    const std::size_t mark = target.find('?');
    std::string_view rest = mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const std::size_t equals = std::min(pair.find('='), pair.size());
        if (pair.substr(0, equals) == name) {
            return pair.substr(std::min(equals + 1, pair.size()));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

/// http-parser keeps a pointer to itself in its callbacks, so it lives on the heap and never moves.
struct HttpRequestReader::Parts {
    explicit Parts(RequestLimits request_limits) : limits(request_limits) { begin_connection(); }

    void begin_connection() {
        http_parser_init(&parser, HTTP_REQUEST);
        parser.data = this;
    }

    static Parts& of(http_parser* parser) { return *static_cast<Parts*>(parser->data); }

    static int on_begin(http_parser* parser) {
        Parts& self = of(parser);
        self.request = {};
        self.head_bytes = 0;
        self.name_open = false;
        self.complete = false;
        return 0;
    }
    static int on_url(http_parser* parser, const char* at, std::size_t length) {
        of(parser).request.target.append(at, length);
        return of(parser).count_head(length);
    }
    static int on_field(http_parser* parser, const char* at, std::size_t length) {
        Parts& self = of(parser);
        if (!self.name_open) {
            self.request.headers.emplace_back();
            self.name_open = true;
        }
        std::string& name = self.request.headers.back().name;
        std::transform(at, at + length, std::back_inserter(name),
                       [](unsigned char character) { return static_cast<char>(std::tolower(character)); });
        return self.count_head(length);
    }
    static int on_value(http_parser* parser, const char* at, std::size_t length) {
        Parts& self = of(parser);
        self.name_open = false;
        self.request.headers.back().value.append(at, length);
        return self.count_head(length);
    }
    static int on_body(http_parser* parser, const char* at, std::size_t length) {
        Parts& self = of(parser);
        if (self.request.body.size() + length > self.limits.body_bytes) {
            self.failed = Status::BodyTooLarge;
            return 1;
        }
        self.request.body.append(at, length);
        return 0;
    }
    static int on_complete(http_parser* parser) {
        Parts& self = of(parser);
        self.request.method = http_method_str(static_cast<http_method>(parser->method));
        self.request.keep_alive = http_should_keep_alive(parser) != 0;
        self.request.http_1_0 = parser->http_major < 1 || (parser->http_major == 1 && parser->http_minor == 0);
        self.request.upgrade = parser->upgrade != 0 && !self.request.http_1_0;  // RFC 9110 §7.8: ignored in HTTP/1.0
        self.complete = true;
        http_parser_pause(parser, 1);  // what follows belongs to the next request
        return 0;
    }

    static http_parser_settings callbacks() {
        http_parser_settings settings{};
        settings.on_message_begin = &Parts::on_begin;
        settings.on_url = &Parts::on_url;
        settings.on_header_field = &Parts::on_field;
        settings.on_header_value = &Parts::on_value;
        settings.on_body = &Parts::on_body;
        settings.on_message_complete = &Parts::on_complete;
        return settings;
    }

    int count_head(std::size_t bytes) {
        head_bytes += bytes;
        if (head_bytes > limits.head_bytes) {
            failed = Status::HeadTooLarge;
            return 1;
        }
        return 0;
    }

    RequestLimits limits;
    http_parser parser{};
    ServerRequest request;
    std::size_t head_bytes = 0;
    bool name_open = false;
    bool complete = false;
    Status failed = Status::Bad;
};

HttpRequestReader::HttpRequestReader(RequestLimits limits) : parts_(std::make_unique<Parts>(limits)) {}
HttpRequestReader::HttpRequestReader(HttpRequestReader&&) noexcept = default;
HttpRequestReader& HttpRequestReader::operator=(HttpRequestReader&&) noexcept = default;
HttpRequestReader::~HttpRequestReader() = default;

HttpRequestReader::Step HttpRequestReader::feed(std::string_view bytes) {
    static const http_parser_settings kSettings = Parts::callbacks();
    const std::size_t consumed = http_parser_execute(&parts_->parser, &kSettings, bytes.data(), bytes.size());
    if (parts_->complete) {
        return {Status::Complete, consumed};
    }
    if (HTTP_PARSER_ERRNO(&parts_->parser) != HPE_OK) {
        const bool head = HTTP_PARSER_ERRNO(&parts_->parser) == HPE_HEADER_OVERFLOW;
        return {head ? Status::HeadTooLarge : parts_->failed, consumed};
    }
    return {Status::NeedMore, consumed};
}

ServerRequest HttpRequestReader::take() {
    http_parser_pause(&parts_->parser, 0);
    parts_->complete = false;
    return std::move(parts_->request);
}

}  // namespace relaybench::net
