#include "net/response_reader.h"

#include <http_parser.h>

#include <algorithm>
#include <iterator>

namespace relaybench::net {

namespace {

/// A relay's head is a few hundred bytes; nginx and curl stop at 32 KiB and 100 KiB.
constexpr std::size_t kMaxHeadBytes = std::size_t{64} << 10;
constexpr std::size_t kMaxHeaders = 256;
constexpr int kNoBodyAndUpgrade = 2;  ///< http-parser: what on_headers_complete answers for "no body, another protocol follows"
constexpr int kSwitchingProtocols = 101;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void trim_right(std::string& text) {
    const auto last = text.find_last_not_of(" \t");
    text.erase(last == std::string::npos ? 0 : last + 1);
}

}  // namespace

ResponseReader::ResponseReader() : parser_(std::make_unique<http_parser>()) {
    http_parser_init(parser_.get(), HTTP_RESPONSE);
    parser_->data = this;
}

ResponseReader::~ResponseReader() = default;

ResponseReader& ResponseReader::self(http_parser* parser) { return *static_cast<ResponseReader*>(parser->data); }

bool ResponseReader::is_interim() const { return parser_->status_code / 100 == 1 && parser_->status_code != kSwitchingProtocols; }

const http_parser_settings& ResponseReader::settings() {
    static const http_parser_settings kSettings = [] {
        http_parser_settings settings;
        http_parser_settings_init(&settings);
        settings.on_message_begin = &ResponseReader::on_begin;
        settings.on_status = &ResponseReader::on_reason;
        settings.on_header_field = &ResponseReader::on_name;
        settings.on_header_value = &ResponseReader::on_value;
        settings.on_headers_complete = &ResponseReader::on_head_complete;
        settings.on_body = &ResponseReader::on_body_bytes;
        settings.on_message_complete = &ResponseReader::on_complete;
        return settings;
    }();
    return kSettings;
}

std::size_t ResponseReader::feed_head(std::string_view bytes) {
    const std::size_t used = http_parser_execute(parser_.get(), &settings(), bytes.data(), bytes.size());
    if (state_ == State::Head) {
        if (HTTP_PARSER_ERRNO(parser_.get()) != HPE_OK) {
            state_ = State::Broken;
        }
        return used;
    }
    // on_head_complete paused the parser in front of the last line feed of the head, which it wants to see again when it goes on.
    http_parser_pause(parser_.get(), 0);
    return head_.status == kSwitchingProtocols ? used + 1 : used;
}

std::size_t ResponseReader::feed_body(std::string_view bytes, BodySink& sink) {
    if (state_ != State::Body) {
        return 0;
    }
    sink_ = &sink;
    const std::size_t used = http_parser_execute(parser_.get(), &settings(), bytes.data(), bytes.size());
    sink_ = nullptr;
    const http_errno error = HTTP_PARSER_ERRNO(parser_.get());
    if (state_ == State::Body && error != HPE_OK && error != HPE_CB_body) {
        state_ = State::Broken;
    }
    return used;
}

bool ResponseReader::ends_with_connection() const {
    return state_ == State::Body && (parser_->flags & F_CHUNKED) == 0 && (parser_->flags & F_CONTENTLENGTH) == 0;
}

std::string_view ResponseReader::why() const {
    return too_big_ ? "response head above 64 KiB or 256 headers" : http_errno_description(HTTP_PARSER_ERRNO(parser_.get()));
}

void ResponseReader::forget_head() { head_ = {}; }

bool ResponseReader::fits(std::size_t more) {
    head_bytes_ += more;
    too_big_ = too_big_ || head_bytes_ > kMaxHeadBytes || head_.headers.size() > kMaxHeaders;
    return !too_big_;
}

/// Also called for the response that follows an interim one.
int ResponseReader::on_begin(http_parser* parser) {
    self(parser).head_ = {};
    return 0;
}

int ResponseReader::on_reason(http_parser* parser, const char* at, std::size_t size) {
    self(parser).head_.reason.append(at, size);
    return self(parser).fits(size) ? 0 : 1;
}

int ResponseReader::on_name(http_parser* parser, const char* at, std::size_t size) {
    ResponseReader& reader = self(parser);
    if (reader.state_ != State::Head) {
        return 0;  // a trailer
    }
    auto& headers = reader.head_.headers;
    if (headers.empty() || reader.value_begun_) {
        headers.emplace_back();
        reader.value_begun_ = false;
    }
    std::transform(at, at + size, std::back_inserter(headers.back().name), lower);
    return reader.fits(size) ? 0 : 1;
}

int ResponseReader::on_value(http_parser* parser, const char* at, std::size_t size) {
    ResponseReader& reader = self(parser);
    if (reader.state_ != State::Head) {
        return 0;
    }
    reader.value_begun_ = true;
    reader.head_.headers.back().value.append(at, size);
    return reader.fits(size) ? 0 : 1;
}

int ResponseReader::on_head_complete(http_parser* parser) {
    ResponseReader& reader = self(parser);
    reader.value_begun_ = false;
    if (reader.is_interim()) {
        return 0;
    }
    for (auto& header : reader.head_.headers) {
        trim_right(header.value);
    }
    reader.head_.status = static_cast<int>(parser->status_code);
    reader.keeps_alive_ = http_should_keep_alive(parser) != 0;
    reader.state_ = State::Body;
    http_parser_pause(parser, 1);
    return parser->status_code == kSwitchingProtocols ? kNoBodyAndUpgrade : 0;
}

int ResponseReader::on_body_bytes(http_parser* parser, const char* at, std::size_t size) {
    ResponseReader& reader = self(parser);
    if (reader.sink_ == nullptr) {
        return 0;
    }
    return reader.sink_->on_body({at, size}) == Next::Continue ? 0 : 1;
}

int ResponseReader::on_complete(http_parser* parser) {
    ResponseReader& reader = self(parser);
    if (reader.state_ == State::Head) {
        return 0;  // the end of an interim response
    }
    reader.state_ = State::Complete;
    http_parser_pause(parser, 1);
    return 0;
}

}  // namespace relaybench::net
