#include "wire/sse_parser.h"

#include <cstring>
#include <utility>

namespace relaybench::wire {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
/// Buffers up to this size are kept for the next split event, so that a stream whose events are often split does not allocate for each.
constexpr std::size_t kKeptCapacity = 1024;

const char* find_byte(const char* begin, const char* end, char byte) {
    const void* const found = std::memchr(begin, byte, static_cast<std::size_t>(end - begin));
    return found == nullptr ? end : static_cast<const char*>(found);
}

void empty_out(std::string& text) {
    text.clear();
    if (text.capacity() > kKeptCapacity) {
        text.shrink_to_fit();
    }
}

}  // namespace

/// One pass over the bytes of one feed(). The event being read is kept as views into those bytes as long as possible; save() copies what
/// is left of it when the bytes end.
class SseParser::Feed {
  public:
    Feed(SseParser& parser, std::string_view bytes, SseSink& sink)
        : parser_(parser), sink_(sink), at_(bytes.data()), end_(bytes.data() + bytes.size()) {
        if (parser.carry_) {
            Carry& carry = *parser.carry_;
            in_first_line_ = !carry.line.empty();
            first_line_ = std::move(carry.line);
            data_ = carry.data;
            type_ = carry.type;
            has_data_ = carry.has_data;
            data_is_carried_ = carry.has_data;
        }
    }

    Status run() {
        next_lf_ = find_byte(at_, end_, '\n');
        while (at_ != end_) {
            const char* const line_end = next_line_end();
            if (line_end == end_) {
                break;
            }
            const std::string_view rest(at_, static_cast<std::size_t>(line_end - at_));
            skip_line_end(line_end);
            const Status status = take_line(rest);
            if (status != Status::Ok) {
                return status;
            }
        }
        return save();
    }

  private:
    /// end_ when the line is not complete. The place of the next LF is remembered, so that a stream of bare CRs is not searched for LFs
    /// again at every line.
    const char* next_line_end() {
        if (next_lf_ < at_) {
            next_lf_ = find_byte(at_, end_, '\n');
        }
        return find_byte(at_, next_lf_, '\r');
    }

    /// A CR ends its line at once: waiting for the LF that may follow would delay the event.
    void skip_line_end(const char* line_end) {
        at_ = line_end + 1;
        if (*line_end != '\r') {
            return;
        }
        if (at_ == end_) {
            parser_.after_carriage_return_ = true;
        } else if (*at_ == '\n') {
            ++at_;
        }
    }

    Status take_line(std::string_view rest) {
        const std::size_t size = rest.size() + (in_first_line_ ? first_line_.size() : 0);
        if (size > parser_.max_event_bytes_) {
            return Status::TooLarge;
        }
        if (!in_first_line_) {
            return on_line(rest);
        }
        in_first_line_ = false;
        first_line_ += rest;
        return on_line(first_line_);
    }

    Status on_line(std::string_view line) {
        if (line.empty()) {
            return dispatch();
        }
        if (line.front() == ':') {
            sink_.on_comment();
            return Status::Ok;
        }
        const std::size_t colon = line.find(':');
        const std::string_view name = line.substr(0, colon);
        std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
        if (value.starts_with(' ')) {
            value.remove_prefix(1);
        }
        if (name == "data") {
            return add_data(value);
        }
        if (name == "event") {
            type_ = value;
        }
        return Status::Ok;
    }

    Status add_data(std::string_view value) {
        const std::size_t before = has_data_ ? data_.size() + 1 : 0;
        if (before + value.size() > parser_.max_event_bytes_) {
            return Status::TooLarge;
        }
        if (!has_data_) {
            has_data_ = true;
            data_ = value;
            return Status::Ok;
        }
        std::string& joined = carry_data();
        joined += '\n';
        joined += value;
        data_ = joined;
        return Status::Ok;
    }

    Status dispatch() {
        const SseEvent event{type_, data_};
        const bool deliver = has_data_;
        if (deliver && !sink_.on_event(event)) {
            return Status::Stopped;
        }
        if (data_is_carried_) {
            empty_out(parser_.carry_->data);
        }
        data_ = {};
        type_ = {};
        has_data_ = false;
        data_is_carried_ = false;
        return Status::Ok;
    }

    /// The data so far, as bytes of our own.
    std::string& carry_data() {
        std::string& data = parser_.carry().data;
        if (!data_is_carried_) {
            data = data_;
            data_is_carried_ = true;
        }
        return data;
    }

    Status save() {
        const std::string_view rest(at_, static_cast<std::size_t>(end_ - at_));
        const bool nothing_left = rest.empty() && !has_data_ && type_.empty() && !in_first_line_;
        if (nothing_left && !parser_.carry_) {
            return Status::Ok;
        }
        Carry& carry = parser_.carry();
        if (has_data_) {
            carry_data();
        }
        carry.has_data = has_data_;
        if (type_.empty()) {
            empty_out(carry.type);
        } else {
            carry.type = type_;
        }
        return save_line(rest, carry);
    }

    Status save_line(std::string_view rest, Carry& carry) {
        // Only now: data_ and type_ may have been views into the first line.
        if (!in_first_line_) {
            empty_out(first_line_);
        }
        if (first_line_.size() + rest.size() > parser_.max_event_bytes_) {
            return Status::TooLarge;
        }
        first_line_ += rest;
        carry.line = std::move(first_line_);
        return Status::Ok;
    }

    SseParser& parser_;
    SseSink& sink_;
    const char* at_;
    const char* end_;
    const char* next_lf_ = nullptr;
    std::string first_line_;
    std::string_view data_;
    std::string_view type_;
    bool in_first_line_ = false;
    bool has_data_ = false;
    bool data_is_carried_ = false;  ///< data_ views the carry's own buffer
};

SseParser::Status SseParser::feed(std::string_view bytes, SseSink& sink) {
    if (bom_matched_ < kBom.size()) {
        bytes = without_bom(bytes);
    }
    if (after_carriage_return_ && !bytes.empty()) {
        after_carriage_return_ = false;
        if (bytes.front() == '\n') {
            bytes.remove_prefix(1);
        }
    }
    return bytes.empty() ? Status::Ok : Feed(*this, bytes, sink).run();
}

void SseParser::reset() {
    carry_.reset();
    bom_matched_ = 0;
    after_carriage_return_ = false;
}

SseParser::Carry& SseParser::carry() {
    if (!carry_) {
        carry_ = std::make_unique<Carry>();
    }
    return *carry_;
}

std::string_view SseParser::without_bom(std::string_view bytes) {
    while (!bytes.empty() && bom_matched_ < kBom.size()) {
        if (bytes.front() != kBom[bom_matched_]) {
            if (bom_matched_ > 0) {
                carry().line = kBom.substr(0, bom_matched_);
            }
            bom_matched_ = static_cast<std::uint8_t>(kBom.size());
            return bytes;
        }
        bytes.remove_prefix(1);
        ++bom_matched_;
    }
    return bytes;
}

}  // namespace relaybench::wire
