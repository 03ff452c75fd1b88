#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "net/client_transport.h"
#include "net/request_text.h"

namespace relaybench::net {

namespace {

constexpr int kSwitchingProtocols = 101;
/// Reads in a row that a closing connection may take from the loop.
constexpr int kMostDiscards = 16;
constexpr std::string_view kHttpHeadForLibrary = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";

/// "Nothing there now" as recv says it. libwebsockets goes on watching the descriptor.
ssize_t would_block() {
    errno = EAGAIN;
    return -1;
}

}  // namespace

std::optional<ssize_t> ClientTransport::on_send(int fd, const void* bytes, std::size_t size) {
    Connection* connection = by_fd(fd);
    if (connection == nullptr || connection->phase != Phase::HandShake || connection->request_begun) {
        return std::nullopt;
    }
    if (!connection->reaches_relay()) {
        if (connection->tunnel == TunnelState::Asked) {
            return std::nullopt;
        }
        ask_for_tunnel(*connection);
        return static_cast<ssize_t>(size);
    }
    begin_request(*connection, {static_cast<const char*>(bytes), size});
    return static_cast<ssize_t>(size);
}

std::optional<int> ClientTransport::on_ssl_write(SSL* ssl, const void* bytes, int size) {
    const auto done = on_send(SSL_get_fd(ssl), bytes, static_cast<std::size_t>(size));
    return done ? std::optional(size) : std::nullopt;
}

/// libwebsockets has written its request, or believes so: ours goes out in its place, with the key that its text contains. What the
/// socket does not take at once is sent by our own watcher; the library would lose it.
void ClientTransport::begin_request(Connection& connection, std::string_view library_text) {
    connection.request_begun = true;
    connection.unsent = connection.is_websocket() ? upgrade_request_text(*connection.request, *connection.target,
                                                                         header_in_text(library_text, "Sec-WebSocket-Key"))
                                                  : http_request_text(*connection.request, *connection.target, connection.use);
    flush(connection);
}

std::optional<ssize_t> ClientTransport::on_recv(int fd, void* buffer, std::size_t size) {
    Connection* connection = by_fd(fd);
    if (connection == nullptr) {
        return std::nullopt;
    }
    if (connection->phase == Phase::Closing) {
        return discard(fd);
    }
    if (connection->phase != Phase::HandShake || connection->ending || connection->head_ready) {
        return would_block();
    }
    if (!connection->reaches_relay()) {
        return read_tunnel_reply(*connection, buffer, size);
    }
    const ReadResult got = read_plain(fd, head_buffer_);
    if (got.status == ReadStatus::Data) {
        absorb_head(*connection, {head_buffer_.data(), got.size}, stamp(got));
    } else if (got.status != ReadStatus::Nothing) {
        note_read_end(*connection, got);
    }
    const auto head = head_for_library(*connection);
    if (!head || head->size() > size) {
        return would_block();
    }
    std::memcpy(buffer, head->data(), head->size());
    return static_cast<ssize_t>(head->size());
}

/// Nobody listens any more, but the end of the connection must reach libwebsockets.
ssize_t ClientTransport::discard(int fd) {
    ReadResult got = read_plain(fd, head_buffer_);
    for (int reads = 1; got.status == ReadStatus::Data && reads < kMostDiscards; ++reads) {
        got = read_plain(fd, head_buffer_);
    }
    if (got.status == ReadStatus::Data) {
        return would_block();
    }
    errno = got.status == ReadStatus::Nothing ? EAGAIN : got.system_error;
    return got.status == ReadStatus::Fin ? 0 : -1;
}

/// As on_recv, but "nothing there now" must be true here, since libwebsockets asks the SSL object why.
std::optional<int> ClientTransport::on_ssl_read(SSL* ssl, void* buffer, int size) {
    Connection* connection = by_fd(SSL_get_fd(ssl));
    if (connection == nullptr) {
        return std::nullopt;
    }
    if (connection->phase != Phase::HandShake && connection->phase != Phase::Closing) {
        return -1;  // our reader left the object wanting to read
    }
    for (;;) {
        const ReadResult got = read_tls(ssl, connection->receive, head_buffer_);
        if (got.status == ReadStatus::Nothing) {
            return -1;
        }
        if (got.status != ReadStatus::Data) {
            note_read_end(*connection, got);
            return -1;
        }
        if (connection->phase == Phase::Closing) {
            continue;
        }
        absorb_head(*connection, {head_buffer_.data(), got.size}, stamp(got));
        const auto head = head_for_library(*connection);
        if (head && SSL_pending(ssl) == 0 && head->size() <= static_cast<std::size_t>(size)) {
            std::memcpy(buffer, head->data(), head->size());
            return static_cast<int>(head->size());
        }
    }
}

void ClientTransport::absorb_head(Connection& connection, std::string_view bytes, const stream::Arrival& arrival) {
    if (connection.head_ready) {
        connection.early.append(bytes);
        return;
    }
    const std::size_t used = connection.response->feed_head(bytes);
    if (connection.response->state() == ResponseReader::State::Head) {
        return;
    }
    if (connection.response->state() == ResponseReader::State::Broken) {
        note_end(connection, {.kind = stream::EndKind::BadHttp,
                              .system_error = 0,
                              .close_code = 0,
                              .detail = std::string(connection.response->why()),
                              .at = arrival.seen});
        return;
    }
    connection.head_ready = true;
    connection.head_arrival = arrival;
    connection.early.assign(bytes.substr(std::min(used, bytes.size())));
    note_news(connection);
}

/// What libwebsockets is told that the server answered, once the head is here. A plain response is always the same to it, so that
/// neither its header store nor its ideas about bodies matter. Nothing for a refused upgrade: it would close, and the body be lost.
std::optional<std::string> ClientTransport::head_for_library(const Connection& connection) const {
    if (!connection.head_ready) {
        return std::nullopt;
    }
    const stream::ResponseHead& head = connection.response->head();
    const bool switching = head.status == kSwitchingProtocols;
    if (connection.is_websocket() != switching) {
        return std::nullopt;
    }
    return switching ? condensed_upgrade_head(head) : std::string(kHttpHeadForLibrary);
}

}  // namespace relaybench::net
