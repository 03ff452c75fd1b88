#include "net/listener_frames.h"

#include <openssl/sha.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base64.h"

namespace relaybench::net {
namespace {

constexpr unsigned kFinalBit = 0x80U;
constexpr std::size_t kShortLength = 125;
constexpr std::size_t kTwoByteLength = 0xFFFF;
constexpr char kTwoBytesFollow = 126;
constexpr char kEightBytesFollow = 127;
constexpr unsigned kByteMask = 0xFFU;

char byte_of(std::size_t value, unsigned index) { return static_cast<char>((value >> (8U * index)) & kByteMask); }

}  // namespace

FrameHead server_frame_head(FrameKind kind, std::size_t payload_bytes) {
    FrameHead head;
    const auto put = [&head](char byte) { head.bytes[head.size++] = byte; };
    put(static_cast<char>(kFinalBit | static_cast<unsigned>(kind)));
    if (payload_bytes <= kShortLength) {
        put(static_cast<char>(payload_bytes));
        return head;
    }
    const bool two = payload_bytes <= kTwoByteLength;
    put(two ? kTwoBytesFollow : kEightBytesFollow);
    for (unsigned left = two ? 2 : 8; left > 0; --left) {
        put(byte_of(payload_bytes, left - 1));
    }
    return head;
}

std::string server_close_frame(std::uint16_t code, std::string_view reason) {
    std::string body;
    if (code != 0) {
        body.push_back(byte_of(code, 1));
        body.push_back(byte_of(code, 0));
        body.append(reason.substr(0, kShortLength - 2));
    }
    return std::string(server_frame_head(FrameKind::Close, body.size()).view()) + body;
}

std::string websocket_accept(std::string_view key) {
    const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest.data());
    return core::base64_encode(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

/// wslay pulls its input through a callback and keeps a pointer to this object, so it never moves.
struct ClientFrameReader::Parts {
    explicit Parts(std::size_t limit) : max_message_bytes(limit) {
        wslay_frame_callbacks callbacks{};
        callbacks.recv_callback = &Parts::on_recv;
        wslay_frame_context_init(&context, &callbacks, this);
    }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts() { wslay_frame_context_free(context); }

    static ssize_t on_recv(std::uint8_t* into, std::size_t room, int /*flags*/, void* user) {
        std::string_view& input = static_cast<Parts*>(user)->input;
        if (input.empty()) {
            return -1;  // wslay reads this as "nothing now"
        }
        const std::size_t bytes = std::min(room, input.size());
        std::copy_n(input.data(), bytes, into);
        input.remove_prefix(bytes);
        return static_cast<ssize_t>(bytes);
    }

    [[nodiscard]] Status accept_piece(const wslay_frame_iocb& piece);
    [[nodiscard]] Status end_frame(FrameKind kind, bool final);
    [[nodiscard]] bool begins_well(const wslay_frame_iocb& piece) const;

    wslay_frame_context_ptr context = nullptr;
    std::size_t max_message_bytes;
    std::string_view input;
    std::uint64_t frame_left = 0;
    bool in_frame = false;
    bool in_message = false;  ///< a fragmented message is open
    ClientMessage message;    ///< the data message being joined
    ClientMessage control;    ///< a control frame may come in the middle of it
    ClientMessage ready;
};

bool ClientFrameReader::Parts::begins_well(const wslay_frame_iocb& piece) const {
    const auto kind = static_cast<FrameKind>(piece.opcode);
    if (piece.mask == 0 || piece.rsv != 0) {
        return false;
    }
    switch (kind) {
        case FrameKind::Continuation:
            return in_message;
        case FrameKind::Text:
        case FrameKind::Binary:
            return !in_message;
        case FrameKind::Close:
        case FrameKind::Ping:
        case FrameKind::Pong:
            return piece.fin != 0 && piece.payload_length <= kShortLength;
    }
    return false;
}

ClientFrameReader::Status ClientFrameReader::Parts::accept_piece(const wslay_frame_iocb& piece) {
    const auto kind = static_cast<FrameKind>(piece.opcode);
    const bool is_control = kind >= FrameKind::Close;
    ClientMessage& target = is_control ? control : message;
    if (!in_frame) {
        if (!begins_well(piece)) {
            return Status::Broken;
        }
        in_frame = true;
        frame_left = piece.payload_length;
        if (kind != FrameKind::Continuation) {
            target.kind = kind;
            target.payload.clear();
        }
    }
    if (target.payload.size() + frame_left > max_message_bytes) {
        return Status::TooLarge;
    }
    target.payload.append(reinterpret_cast<const char*>(piece.data), piece.data_length);
    frame_left -= piece.data_length;
    return frame_left > 0 ? Status::NeedMore : end_frame(kind, piece.fin != 0);
}

ClientFrameReader::Status ClientFrameReader::Parts::end_frame(FrameKind kind, bool final) {
    in_frame = false;
    if (kind >= FrameKind::Close) {
        ready = std::move(control);
        return Status::Message;
    }
    in_message = !final;
    if (final) {
        ready = std::move(message);
    }
    return final ? Status::Message : Status::NeedMore;
}

ClientFrameReader::ClientFrameReader(std::size_t max_message_bytes) : parts_(std::make_unique<Parts>(max_message_bytes)) {}
ClientFrameReader::ClientFrameReader(ClientFrameReader&&) noexcept = default;
ClientFrameReader& ClientFrameReader::operator=(ClientFrameReader&&) noexcept = default;
ClientFrameReader::~ClientFrameReader() = default;

ClientFrameReader::Status ClientFrameReader::feed(std::string_view& bytes) {
    parts_->input = bytes;
    Status status = Status::NeedMore;
    while (status == Status::NeedMore) {
        wslay_frame_iocb piece{};
        const ssize_t received = wslay_frame_recv(parts_->context, &piece);
        if (received == WSLAY_ERR_WANT_READ) {
            break;
        }
        status = received < 0 ? Status::Broken : parts_->accept_piece(piece);
    }
    bytes = parts_->input;
    return status;
}

ClientMessage ClientFrameReader::take() { return std::move(parts_->ready); }

}  // namespace relaybench::net
