#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "net/client_transport.h"

namespace relaybench::net {

namespace {

constexpr std::size_t kMaxDetailBytes = 200;

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
