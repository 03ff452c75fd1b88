#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "net/client_transport.h"
#include "net/request_text.h"

namespace relaybench::net {

namespace {

constexpr int kSwitchingProtocols = 101;
/// Reads in a row that a closing connection may take from the loop.
constexpr int kMostDiscards = 16;
constexpr std::size_t kMaxDetailBytes = 200;
constexpr std::string_view kHttpHeadForLibrary = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n";

/// "Nothing there now" as recv says it. libwebsockets goes on watching the descriptor.
ssize_t would_block() {
    errno = EAGAIN;
    return -1;
}

Connection& cast(void* connection) { return *static_cast<Connection*>(connection); }

/// Why libwebsockets let go of a connection whose response head it had not seen or not liked.
stream::EndKind kind_of_failure(const Connection& connection) {
    if (!connection.reaches_relay()) {
        return stream::EndKind::ConnectFailed;
    }
    if (connection.target != nullptr && connection.target->tls && !connection.tls_stands) {
        return stream::EndKind::TlsFailed;
    }
    return connection.head_ready ? stream::EndKind::UpgradeInvalid : stream::EndKind::Reset;
}

}  // namespace

Connection* ClientTransport::by_fd(int fd) const {
    return fd >= 0 && static_cast<std::size_t>(fd) < by_fd_.size() ? by_fd_[static_cast<std::size_t>(fd)] : nullptr;
}

/// From now on the hook knows the descriptor. A watcher of our own, served before the library's, learns how the connect ended: the
/// library asks the socket for its error too, which clears it, and tells nobody.
void ClientTransport::adopt_descriptor(Connection& connection, int fd) {
    if (fd < 0 || connection.fd == fd) {
        return;
    }
    if (by_fd_.size() <= static_cast<std::size_t>(fd)) {
        by_fd_.resize(static_cast<std::size_t>(fd) + 1);
    }
    by_fd_[static_cast<std::size_t>(fd)] = &connection;
    connection.fd = fd;
    ask_for_stamps(fd);
    ev_io_init(&connection.writable, &ClientTransport::on_writable_event, fd, EV_WRITE);
    ev_set_priority(&connection.writable, EV_MAXPRI);
    connection.writable.data = &connection;
    if (!connection.tcp_stands) {
        ev_io_start(loop_.raw(), &connection.writable);
    }
}

void ClientTransport::check_connect(Connection& connection) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        // A RST that answers the SYN reads ECONNREFUSED: one that reads ECONNRESET came when the connection stood already.
        const auto kind = error == ECONNRESET ? stream::EndKind::Reset : stream::EndKind::ConnectFailed;
        note_end(connection, {.kind = kind, .system_error = error, .close_code = 0, .detail = {}, .at = {}});
        forget_descriptor(connection);
        LwsContext::close(connection.wsi);
        return;
    }
    ev_io_stop(loop_.raw(), &connection.writable);
    on_tcp(&connection, connection.wsi);
}

void ClientTransport::on_tcp(void* connection, lws* wsi) {
    Connection& c = cast(connection);
    if (c.tcp_stands) {
        return;
    }
    c.tcp_stands = true;
    if (c.tunnel == TunnelState::NotNeeded) {
        c.connected_at = clock_.now();
    }
    counters_.connects += 1;
    c.wsi = wsi;
    adopt_descriptor(c, lws_get_socket_fd(wsi));
    note_news(c);
}

void ClientTransport::on_tls_start(SSL* ssl) {
    Connection* connection = by_fd(SSL_get_fd(ssl));
    if (connection != nullptr && connection->target != nullptr && !connection->tls_stands) {
        connection->ssl = ssl;
        tls_->prepare(ssl, *connection->target);
    }
}

void ClientTransport::on_tls_done(SSL* ssl) {
    Connection* connection = by_fd(SSL_get_fd(ssl));
    if (connection != nullptr && !connection->tls_stands) {
        connection->tls_stands = true;
        pacer_.finished_tls();
        connection->receive = attach_stamping_bio(ssl, connection->fd);
        connection->secured_at = clock_.now();
        note_news(*connection);
    }
}

void ClientTransport::on_tls_fail(SSL* ssl, std::string reason) {
    Connection* connection = by_fd(SSL_get_fd(ssl));
    if (connection != nullptr && !connection->tls_stands) {
        note_end(*connection,
                 {.kind = stream::EndKind::TlsFailed, .system_error = 0, .close_code = 0, .detail = std::move(reason), .at = {}});
    }
}

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

void ClientTransport::on_established(void* connection) { cast(connection).accepted = true; }

void ClientTransport::on_writable(void* connection, lws* wsi) {
    Connection& c = cast(connection);
    if (c.message_in_flight && lws_partial_buffered(wsi) == 0) {
        c.message_in_flight = false;
        c.written_at = clock_.now();
        note_news(c);
    }
}

void ClientTransport::on_failed(void* connection, std::string reason) { cast(connection).library_words = std::move(reason); }

void ClientTransport::on_closing(void* connection) { forget_descriptor(cast(connection)); }

void ClientTransport::on_gone(void* connection) {
    Connection& c = cast(connection);
    forget_descriptor(c);
    c.wsi = nullptr;
    if (c.phase == Phase::Closed || c.phase == Phase::Closing || (c.head_ready && c.early_end)) {
        return;
    }
    note_end(c, {.kind = kind_of_failure(c), .system_error = 0, .close_code = 0, .detail = c.library_words, .at = {}});
}

void ClientTransport::note_read_end(Connection& connection, const ReadResult& got) {
    if (connection.head_ready) {
        connection.early_end = got;
        note_news(connection);
        return;
    }
    const auto kind = got.status == ReadStatus::Fin     ? stream::EndKind::ClosedBeforeHead
                      : got.status == ReadStatus::Reset ? stream::EndKind::Reset
                                                        : stream::EndKind::TlsCut;
    note_end(connection, {.kind = kind, .system_error = got.system_error, .close_code = 0, .detail = got.detail, .at = {}});
}

void ClientTransport::note_end(Connection& connection, stream::End end) {
    if (!connection.ending) {
        end.at = clock_.now();
        if (end.detail.empty() && end.system_error != 0) {
            end.detail = std::generic_category().message(end.system_error);
        }
        end.detail.resize(std::min(end.detail.size(), kMaxDetailBytes));
        connection.ending = std::move(end);
    }
    note_news(connection);
}

void ClientTransport::note_news(Connection& connection) {
    if (!connection.has_news) {
        connection.has_news = true;
        news_.push_back(&connection);
    }
}

}  // namespace relaybench::net
