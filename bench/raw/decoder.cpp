#include "raw/decoder.h"

#include <algorithm>
#include <charconv>

namespace relaybench::bench {
namespace {

void report_token(std::string_view event, TokenSink& sink) {
    constexpr std::string_view kField = "\"send_stamp_ns\":";
    const std::size_t found = event.find(kField);
    if (found == std::string_view::npos) {
        return;
    }
    std::int64_t stamp = 0;
    std::string_view digits = event.substr(found + kField.size());
    digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
    if (std::from_chars(digits.data(), digits.data() + digits.size(), stamp).ec == std::errc{}) {
        sink.on_token(stamp);
    }
}

}  // namespace

Decoder::Status Decoder::feed(std::string_view bytes, TokenSink& sink) {
    std::string joined;
    if (!tail_.empty()) {
        joined = std::move(tail_);
        joined += bytes;
        bytes = joined;
        tail_.clear();
    }
    const bool had_head = head_done_;
    if (had_head || read_head(bytes)) {
        while (!broken_ && !bytes.empty() && take_unit(bytes, sink)) {
        }
    }
    tail_.assign(bytes);
    if (broken_) {
        return Status::Broken;
    }
    return head_done_ != had_head ? Status::HeadDone : Status::Reading;
}

bool Decoder::read_head(std::string_view& bytes) {
    constexpr std::string_view kEnd = "\r\n\r\n";
    const std::size_t end = bytes.find(kEnd);
    if (end == std::string_view::npos) {
        return false;
    }
    std::string head(bytes.substr(0, end));
    for (char& c : head) {
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    broken_ = !head.starts_with(wire_ == Wire::Sse ? "http/1.1 200" : "http/1.1 101");
    chunked_ = head.find("transfer-encoding: chunked") != std::string::npos;
    head_done_ = true;
    bytes.remove_prefix(end + kEnd.size());
    return true;
}

bool Decoder::take_unit(std::string_view& bytes, TokenSink& sink) {
    if (wire_ == Wire::WebSocket) {
        return take_frame(bytes, sink);
    }
    if (chunked_) {
        return take_chunk(bytes, sink);
    }
    take_events(bytes, sink);
    bytes = {};
    return true;
}

bool Decoder::take_chunk(std::string_view& bytes, TokenSink& sink) {
    constexpr int kHexadecimal = 16;
    std::size_t size = 0;
    const auto [after_size, error] = std::from_chars(bytes.data(), bytes.data() + bytes.size(), size, kHexadecimal);
    const auto digits = static_cast<std::size_t>(after_size - bytes.data());
    const std::size_t head = digits + 2;
    const std::size_t whole = head + size + 2;
    if (error != std::errc{}) {
        broken_ = true;
        return false;
    }
    if (bytes.size() < whole) {
        return false;
    }
    take_events(bytes.substr(head, size), sink);
    bytes.remove_prefix(whole);
    return true;
}

void Decoder::take_events(std::string_view body, TokenSink& sink) {
    constexpr std::string_view kBlank = "\n\n";
    if (!event_.empty()) {
        event_ += body;
        const std::string joined = std::move(event_);
        event_.clear();
        take_events(joined, sink);
        return;
    }
    for (std::size_t end = body.find(kBlank); end != std::string_view::npos; end = body.find(kBlank)) {
        report_token(body.substr(0, end), sink);
        body.remove_prefix(end + kBlank.size());
    }
    event_.assign(body);
}

bool Decoder::take_frame(std::string_view& bytes, TokenSink& sink) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); };
    constexpr std::uint8_t kLengthMask = 0x7F;
    constexpr std::uint8_t kTwoBytes = 126;
    if (bytes.size() < 2) {
        return false;
    }
    std::size_t length = byte(1) & kLengthMask;
    const std::size_t more = length < kTwoBytes ? 0 : (length == kTwoBytes ? 2 : 8);
    if (bytes.size() < 2 + more) {
        return false;
    }
    length = more == 0 ? length : 0;
    for (std::size_t i = 0; i < more; ++i) {
        length = length << 8U | byte(2 + i);
    }
    if (bytes.size() - 2 - more < length) {
        return false;
    }
    report_token(bytes.substr(2 + more, length), sink);
    bytes.remove_prefix(2 + more + length);
    return true;
}

}  // namespace relaybench::bench
