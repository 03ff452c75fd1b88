#include "net/frame_reader.h"

#include <algorithm>
#include <optional>

namespace relaybench::net {

namespace {

enum Opcode : std::uint8_t { kContinuation = 0x0, kText = 0x1, kBinary = 0x2, kClose = 0x8, kPing = 0x9, kPong = 0xA };

constexpr std::uint8_t kFinBit = 0x80;
constexpr std::uint8_t kRsvBits = 0x70;
constexpr std::uint8_t kOpcodeBits = 0x0F;
constexpr std::uint8_t kControlBit = 0x08;
constexpr std::uint8_t kMaskBit = 0x80;
constexpr std::uint8_t kLengthBits = 0x7F;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::size_t kMaxControlBytes = 125;

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kBadPayload = 1007;
constexpr std::uint16_t kTooBig = 1009;

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) {
        value = value << 8U | static_cast<std::uint8_t>(byte);
    }
    return value;
}

std::size_t length_bytes(std::uint8_t short_length) { return short_length == kLength16 ? 2 : short_length == kLength64 ? 8 : 0; }

}  // namespace

struct FrameReader::Header {
    std::uint8_t first = 0;
    std::uint8_t short_length = 0;
    bool masked = false;
    std::uint64_t payload = 0;
    std::size_t size = 0;

    [[nodiscard]] std::uint8_t opcode() const { return first & kOpcodeBits; }
    [[nodiscard]] bool fin() const { return (first & kFinBit) != 0; }
    [[nodiscard]] bool control() const { return (first & kControlBit) != 0; }
    [[nodiscard]] bool shortest() const {
        return short_length < kLength16 || (short_length == kLength16 ? payload >= kLength16 : payload > UINT16_MAX);
    }
    [[nodiscard]] std::uint64_t frame() const { return size + payload; }

    /// Bytes that the header of this beginning has; what is known after two.
    static std::size_t size_of(std::string_view bytes) { return 2 + length_bytes(byte_at(bytes, 1) & kLengthBits); }

    static std::optional<Header> parse(std::string_view bytes) {
        if (bytes.size() < 2 || bytes.size() < size_of(bytes)) {
            return std::nullopt;
        }
        Header header;
        header.first = byte_at(bytes, 0);
        header.masked = (byte_at(bytes, 1) & kMaskBit) != 0;
        header.short_length = byte_at(bytes, 1) & kLengthBits;
        header.size = size_of(bytes);
        const std::size_t extra = length_bytes(header.short_length);
        header.payload = extra == 0 ? header.short_length : big_endian(bytes.substr(2, extra));
        return header;
    }
};

void FrameReader::feed(std::string_view bytes, FrameSink& sink) {
    Step step = ended_ ? Step::Stop : Step::Continue;
    while (step == Step::Continue && !bytes.empty()) {
        step = partial_.empty() ? feed_whole(bytes, sink) : feed_partial(bytes, sink);
    }
}

/// The frame at the front of `bytes`, without a copy if it is all there; else its beginning is kept.
FrameReader::Step FrameReader::feed_whole(std::string_view& bytes, FrameSink& sink) {
    const auto header = Header::parse(bytes);
    if (header) {
        if (const auto wrong = fault(*header)) {
            return broken(*wrong, sink);
        }
        if (bytes.size() >= header->frame()) {
            const std::string_view payload = bytes.substr(header->size, header->payload);
            bytes.remove_prefix(header->frame());
            return on_frame(*header, payload, sink);
        }
    }
    partial_.assign(bytes);
    bytes = {};
    return Step::Continue;
}

/// Completes the kept beginning by exactly the bytes that its frame lacks, as far as they are there.
FrameReader::Step FrameReader::feed_partial(std::string_view& bytes, FrameSink& sink) {
    auto header = Header::parse(partial_);
    const std::size_t want = header ? header->frame() : partial_.size() < 2 ? 2 : Header::size_of(partial_);
    const std::size_t take = std::min(want - partial_.size(), bytes.size());
    partial_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
    header = Header::parse(partial_);
    if (!header) {
        return Step::Continue;
    }
    if (const auto wrong = fault(*header)) {
        return broken(*wrong, sink);
    }
    if (partial_.size() < header->frame()) {
        return Step::Continue;
    }
    std::string frame;
    frame.swap(partial_);
    const Step step = on_frame(*header, std::string_view(frame).substr(header->size), sink);
    if (partial_.empty()) {
        frame.clear();
        partial_.swap(frame);  // its capacity spares the next allocation
    }
    return step;
}

/// What is wrong with a frame already by its header.
std::optional<FrameReader::Fault> FrameReader::fault(const Header& header) const {
    const std::uint8_t opcode = header.opcode();
    if ((header.first & kRsvBits) != 0) {
        return Fault{kProtocolError, "reserved bit without an extension"};
    }
    if (header.masked) {
        return Fault{kProtocolError, "masked frame from the server"};
    }
    if (!header.shortest()) {
        return Fault{kProtocolError, "length not in its shortest form"};
    }
    if (opcode > kPong || (opcode > kBinary && opcode < kClose)) {
        return Fault{kProtocolError, "unknown opcode"};
    }
    return header.control() ? control_fault(header) : data_fault(header);
}

std::optional<FrameReader::Fault> FrameReader::control_fault(const Header& header) {
    if (!header.fin() || header.payload > kMaxControlBytes) {
        return Fault{kProtocolError, "control frame fragmented or above 125 bytes"};
    }
    return std::nullopt;
}

std::optional<FrameReader::Fault> FrameReader::data_fault(const Header& header) const {
    if ((header.opcode() == kContinuation) != fragmented_) {
        return Fault{kProtocolError, fragmented_ ? "new message inside a fragmented one" : "continuation without a beginning"};
    }
    if (header.payload > most_bytes_ - message_.size()) {
        return Fault{kTooBig, most_bytes_ == kMaxMessageBytes ? "message above 16 MiB" : "message longer than any that was asked for"};
    }
    return std::nullopt;
}

FrameReader::Step FrameReader::on_frame(const Header& header, std::string_view payload, FrameSink& sink) {
    return header.control() ? on_control(header, payload, sink) : on_data(header, payload, sink);
}

FrameReader::Step FrameReader::on_data(const Header& header, std::string_view payload, FrameSink& sink) {
    if (header.opcode() != kContinuation) {
        kind_ = header.opcode() == kText ? wire::MessageKind::Text : wire::MessageKind::Binary;
    }
    if (header.fin() && !fragmented_) {
        return deliver(payload, sink);
    }
    message_.append(payload);
    fragmented_ = !header.fin();
    if (fragmented_) {
        return Step::Continue;
    }
    std::string whole;
    whole.swap(message_);
    return deliver(whole, sink);
}

FrameReader::Step FrameReader::deliver(std::string_view payload, FrameSink& sink) {
    if (kind_ == wire::MessageKind::Text && !is_utf8(payload)) {
        return broken({kBadPayload, "text message that is not UTF-8"}, sink);
    }
    return sink.on_message(kind_, payload) == FrameSink::Next::Continue ? Step::Continue : Step::Stop;
}

FrameReader::Step FrameReader::on_control(const Header& header, std::string_view payload, FrameSink& sink) {
    switch (header.opcode()) {
        case kPing:
            return sink.on_ping(payload) == FrameSink::Next::Continue ? Step::Continue : Step::Stop;
        case kPong:
            return sink.on_pong(payload) == FrameSink::Next::Continue ? Step::Continue : Step::Stop;
        default:
            return on_close(payload, sink);
    }
}

FrameReader::Step FrameReader::on_close(std::string_view payload, FrameSink& sink) {
    if (payload.size() == 1) {
        return broken({kProtocolError, "close frame of one byte"}, sink);
    }
    ended_ = true;
    if (payload.empty()) {
        sink.on_close(kNoCode, {});
    } else {
        sink.on_close(static_cast<std::uint16_t>(big_endian(payload.substr(0, 2))), payload.substr(2));
    }
    return Step::Stop;
}

FrameReader::Step FrameReader::broken(const Fault& fault, FrameSink& sink) {
    ended_ = true;
    sink.on_broken(fault.code, fault.why);
    return Step::Stop;
}

namespace {

/// Length of the well-formed multi-byte character at the front of `text`, or 0 (RFC 3629 §4).
std::size_t character_length(std::string_view text) {
    const std::uint8_t lead = byte_at(text, 0);
    const std::size_t length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    const std::uint8_t lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    const std::uint8_t second = byte_at(text, 1);
    const bool tail_ok = std::all_of(text.begin() + 2, text.begin() + static_cast<std::ptrdiff_t>(length),
                                     [](char byte) { return (static_cast<std::uint8_t>(byte) & 0xC0U) == 0x80U; });
    return second >= lowest && second <= highest && tail_ok ? length : 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto* const ascii_end = std::find_if(text.begin(), text.end(), [](char byte) { return (byte & 0x80) != 0; });
        text.remove_prefix(static_cast<std::size_t>(ascii_end - text.begin()));
        if (text.empty()) {
            return true;
        }
        const std::size_t length = character_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace relaybench::net
