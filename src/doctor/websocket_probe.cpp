#include "doctor/websocket_probe.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

#include "core/base64.h"

namespace relaybench::doctor {

namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10;
constexpr std::string_view kMagic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count));
    return bytes;
}

std::string accept_of(const std::string& key) {
    const std::string text = key + std::string(kMagic);
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return core::base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string frame(std::uint8_t opcode, std::string_view payload) {
    std::string bytes(1, static_cast<char>(0x80 | opcode));
    const std::size_t size = payload.size();
    if (size < 126) {
        bytes += static_cast<char>(0x80 | size);
    } else if (size <= 0xFFFF) {
        bytes += static_cast<char>(0x80 | 126);
        bytes += static_cast<char>(size >> 8U);
        bytes += static_cast<char>(size & 0xFFU);
    } else {
        bytes += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8) {
            bytes += static_cast<char>((static_cast<std::uint64_t>(size) >> static_cast<unsigned>(shift)) & 0xFFU);
        }
    }
    const std::string mask = random_bytes(4);
    bytes += mask;
    for (std::size_t i = 0; i < size; ++i) {
        bytes += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
    }
    return bytes;
}

std::string fault_of(const HttpReply& reply, const std::string& key) {
    if (!reply.lists("upgrade", "websocket")) {
        return "the 101 has no \"Upgrade: websocket\"";
    }
    if (!reply.lists("connection", "upgrade")) {
        return "the 101 has no \"Connection: Upgrade\"";
    }
    return reply.header("sec-websocket-accept") == accept_of(key) ? "" : "Sec-WebSocket-Accept does not answer the key";
}

}  // namespace

Upgrade upgrade(Channel channel, const std::string& target, const std::string& authority, const std::vector<wire::Header>& headers,
                Deadline deadline) {
    const std::string key = core::base64_encode(random_bytes(16));
    HttpQuestion question;
    question.target = target;
    question.authority = authority;
    question.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Key", key}, {"Sec-WebSocket-Version", "13"}};
    question.headers.insert(question.headers.end(), headers.begin(), headers.end());
    Upgrade done;
    done.reply = exchange(channel, question, deadline);
    if (done.reply.status == 101) {
        done.wrong_with = fault_of(done.reply, key);
        done.accepted = done.wrong_with.empty();
    }
    if (done.accepted) {
        done.socket = std::make_unique<WebSocketProbe>(std::move(channel), done.reply.surplus, deadline);
    }
    return done;
}

bool WebSocketProbe::send(std::uint8_t opcode, std::string_view payload, Deadline deadline) {
    return channel_.write(frame(opcode, payload), deadline);
}

bool WebSocketProbe::send_close(std::uint16_t code, Deadline deadline) {
    const std::array<char, 2> bytes{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)};
    return send(0x8, {bytes.data(), bytes.size()}, deadline);
}

SocketEvent WebSocketProbe::next(Deadline deadline) {
    deadline_ = deadline;
    std::array<char, kReadBytes> buffer{};
    while (events_.empty()) {
        const Received got = channel_.read(buffer, deadline);
        if (got.end == ReadEnd::Data) {
            reader_.feed({buffer.data(), got.size}, *this);
        } else {
            const auto kind = got.end == ReadEnd::TimedOut ? SocketEvent::Kind::TimedOut
                              : got.end == ReadEnd::Fin    ? SocketEvent::Kind::Fin
                                                           : SocketEvent::Kind::Reset;
            return {kind, got.reason, 0, now()};
        }
    }
    SocketEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
}

void WebSocketProbe::note(SocketEvent::Kind kind, std::string_view payload, std::uint16_t code) {
    events_.push_back({kind, std::string(payload), code, now()});
}

net::FrameSink::Next WebSocketProbe::on_message(wire::MessageKind kind, std::string_view payload) {
    note(kind == wire::MessageKind::Text ? SocketEvent::Kind::Text : SocketEvent::Kind::Binary, payload);
    return Next::Continue;
}

net::FrameSink::Next WebSocketProbe::on_ping(std::string_view payload) {
    ++pings_;
    send(0xA, payload, deadline_);
    return Next::Continue;
}

net::FrameSink::Next WebSocketProbe::on_pong(std::string_view payload) {
    note(SocketEvent::Kind::Pong, payload);
    return Next::Continue;
}

void WebSocketProbe::on_close(std::uint16_t code, std::string_view reason) { note(SocketEvent::Kind::Close, reason, code); }

void WebSocketProbe::on_broken(std::uint16_t code, std::string_view why) { note(SocketEvent::Kind::Broken, why, code); }

}  // namespace relaybench::doctor
