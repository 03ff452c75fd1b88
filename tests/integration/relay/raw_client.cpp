#include "integration/relay/raw_client.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace relaybench::test {

RawClient::RawClient(std::uint16_t port, int silence_ms) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval silence{silence_ms / 1000, (silence_ms % 1000) * 1000};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("the relay does not listen");
    }
}

RawClient::~RawClient() { close(fd_); }

void RawClient::send(std::string_view bytes) {
    // A relay that has hung up already is something that tests look for, not an error of theirs. A reset is told once: here or to recv().
    if (::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
        reset_ = errno == ECONNRESET;
    }
}

std::size_t RawClient::send_until_stalled(std::string_view bytes, int stall_ms) {
    std::size_t taken = 0;
    pollfd room{fd_, POLLOUT, 0};
    while (taken < bytes.size() && ::poll(&room, 1, stall_ms) == 1) {
        const ssize_t sent = ::send(fd_, bytes.data() + taken, bytes.size() - taken, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            break;
        }
        taken += static_cast<std::size_t>(sent);
    }
    return taken;
}

bool RawClient::read_more() {
    std::array<char, 4096> buffer{};
    const ssize_t bytes = recv(fd_, buffer.data(), buffer.size(), 0);
    if (bytes > 0) {
        kept_.append(buffer.data(), static_cast<std::size_t>(bytes));
        return true;
    }
    if (bytes == 0) {
        end_ = reset_ ? RawEnd::Reset : RawEnd::Fin;
    } else {
        end_ = errno == ECONNRESET ? RawEnd::Reset : RawEnd::StillOpen;
    }
    return false;
}

std::string RawClient::read_all() {
    while (read_more()) {
    }
    return std::exchange(kept_, {});
}

std::string RawClient::read_until(std::string_view mark) {
    while (kept_.find(mark) == std::string::npos) {
        if (!read_more()) {
            return std::exchange(kept_, {});
        }
    }
    const std::size_t end = kept_.find(mark) + mark.size();
    std::string head = kept_.substr(0, end);
    kept_.erase(0, end);
    return head;
}

std::string RawClient::upgrade(std::string_view target, std::string_view headers) {
    send("GET " + std::string(target) +
         " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(headers) + "\r\n");
    return read_until("\r\n\r\n");
}

void RawClient::send_frame(unsigned opcode, std::string_view payload) { send(client_frame(opcode, payload)); }

std::string client_frame(unsigned opcode, std::string_view payload) {
    const std::string_view mask = "\x11\x22\x33\x44";
    std::string frame(1, static_cast<char>(0x80U | opcode));
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80U | payload.size());
    } else {
        frame += static_cast<char>(0x80U | 126U);
        frame += static_cast<char>(payload.size() >> 8U);
        frame += static_cast<char>(payload.size() & 0xFFU);
    }
    frame += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        frame += static_cast<char>(payload[i] ^ mask[i % 4]);
    }
    return frame;
}

std::vector<RawFrame> RawClient::read_frames() {
    while (read_more()) {
    }
    std::vector<RawFrame> frames;
    const auto byte = [this](std::size_t at) { return static_cast<unsigned char>(kept_[at]); };
    while (kept_.size() >= 2) {
        std::size_t size = byte(1);
        std::size_t head = 2;
        if (size == 126 && kept_.size() >= 4) {
            size = static_cast<std::size_t>(byte(2)) << 8U | byte(3);
            head = 4;
        }
        if (size >= 126 && head == 2) {
            break;
        }
        if (kept_.size() < head + size) {
            break;
        }
        frames.push_back({byte(0) & 0x0FU, kept_.substr(head, size)});
        kept_.erase(0, head + size);
    }
    return frames;
}

std::string post(std::string_view path, std::string_view body, std::string_view headers) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

Unchunked unchunked(std::string_view response) {
    Unchunked result;
    std::string_view rest = response.substr(std::min(response.find("\r\n\r\n"), response.size() - 4) + 4);
    while (!rest.empty()) {
        std::size_t size = 0;
        const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), size, 16);
        const std::size_t line = rest.find("\r\n");
        if (parsed.ec != std::errc{} || line == std::string_view::npos || parsed.ptr != rest.data() + line) {
            result.broken = true;
            return result;
        }
        rest.remove_prefix(line + 2);
        if (size == 0) {
            result.complete = rest == "\r\n";
            return result;
        }
        result.body += rest.substr(0, size);
        rest.remove_prefix(std::min(size + 2, rest.size()));
    }
    return result;
}

std::size_t occurrences(std::string_view text, std::string_view word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + word.size())) {
        ++count;
    }
    return count;
}

}  // namespace relaybench::test
