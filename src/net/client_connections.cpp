#include <cerrno>
#include <utility>

#include "net/client_transport.h"
#include "net/request_text.h"

namespace relaybench::net {

namespace {

bool is_local_limit(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}

}  // namespace

Connection& ClientTransport::new_connection() {
    auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.owner = this;
    connection.index = connections_.size() - 1;
    return connection;
}

void ClientTransport::open_fresh(Connection& connection) {
    counters_.connecting += 1;
    connection.outbox = connection.request->opening;
    connection.in_queue = true;
    waiting_.push_back(&connection);
    start_waiting();
}

void ClientTransport::open_reused(Connection& connection) {
    counters_.reuses += 1;
    set_phase(connection, Phase::Ours);
    watch(connection, awaiting_);
    connection.origin = stream::ConnectionOrigin::Reused;
    connection.connected_at = clock_.now();
    connection.unsent = http_request_text(*connection.request, *connection.target, connection.use);
    flush(connection);
    note_news(connection);
}

void ClientTransport::start_waiting() {
    while (!waiting_.empty() && pacer_.admits(waiting_.front()->key->tls)) {
        Connection& connection = *waiting_.front();
        waiting_.pop_front();
        connection.in_queue = false;
        if (connection.phase == Phase::Waiting) {
            connect(connection);
        }
    }
}

void ClientTransport::connect(Connection& connection) {
    const stream::Target& target = *connection.target;
    set_phase(connection, Phase::HandShake);
    connection.connect_slot = true;
    pacer_.begin(target.tls);
    connection.tunnel = target.tunnel ? TunnelState::Wanted : TunnelState::NotNeeded;
    if (target.tls) {
        if (auto loaded = tls_->load_authorities(target.ca_file); !loaded) {
            note_end(connection,
                     {.kind = stream::EndKind::TlsFailed, .system_error = 0, .close_code = 0, .detail = loaded.error().message, .at = {}});
            return;
        }
    }
    errno = 0;
    lws* wsi = lws_->connect({.address = target.address,
                              .port = target.port,
                              .tls = target.tls,
                              .websocket = connection.is_websocket(),
                              .through_proxy = target.tunnel.has_value(),
                              .subprotocol = connection.request->subprotocol,
                              .connection = &connection});
    const int error = errno;
    if (wsi == nullptr) {
        if (!connection.tcp_stands) {
            connection.ending.reset();  // noted by on_gone(), which did not know the errno
        }
        const auto kind = is_local_limit(error) ? stream::EndKind::LocalLimit : stream::EndKind::ConnectFailed;
        note_end(connection, {.kind = kind, .system_error = error, .close_code = 0, .detail = {}, .at = {}});
        return;
    }
    connection.wsi = wsi;
    if (!connection.tcp_stands) {
        adopt_descriptor(connection, lws_get_socket_fd(wsi));
    }
}

void ClientTransport::set_phase(Connection& connection, Phase phase) {
    const auto is_connecting = [](Phase p) { return p == Phase::Waiting || p == Phase::HandShake; };
    if (is_connecting(connection.phase) && !is_connecting(phase)) {
        counters_.connecting -= 1;
    }
    connection.phase = phase;
}

void ClientTransport::give_back_slot(Connection& connection) {
    if (connection.connect_slot) {
        connection.connect_slot = false;
        pacer_.end(connection.key->tls);
    }
}

/// Back into the pool after a complete body.
void ClientTransport::put_to_rest(Connection& connection) {
    set_phase(connection, Phase::Idle);
    connection.response.reset();
    connection.origin = stream::ConnectionOrigin::New;
    pool_.put(connection.key, &connection);
}

/// libwebsockets sends the close frame, waits some seconds for the peer to end the connection (RFC 6455 §7.1.1: the server closes TCP
/// first) and closes. What still arrives is thrown away by the hook.
void ClientTransport::say_goodbye(Connection& connection, std::uint16_t close_code) {
    unwatch(connection);
    set_phase(connection, Phase::Closing);
    closed_.push_back(&connection);
    if (connection.wsi != nullptr) {
        LwsContext::close_websocket(connection.wsi, close_code);
    }
}

void ClientTransport::kill(Connection& connection) {
    if (connection.phase == Phase::Closed || connection.phase == Phase::Closing) {
        return;
    }
    if (connection.phase == Phase::Idle) {
        pool_.remove(connection.key, &connection);
    }
    forget_descriptor(connection);
    give_back_slot(connection);
    set_phase(connection, Phase::Closed);
    closed_.push_back(&connection);
    if (connection.wsi != nullptr) {
        LwsContext::close(connection.wsi);
    }
}

void ClientTransport::unwatch(Connection& connection) {
    if (connection.fd >= 0) {
        if (connection.watched_by != nullptr) {
            connection.watched_by->forget(connection);
        }
        ev_io_stop(loop_.raw(), &connection.writable);
    }
}

void ClientTransport::forget_descriptor(Connection& connection) {
    unwatch(connection);
    if (by_fd(connection.fd) == &connection) {
        by_fd_[static_cast<std::size_t>(connection.fd)] = nullptr;
    }
    connection.fd = -1;
    connection.ssl = nullptr;
    connection.receive = nullptr;
}

/// Frees what both sides have let go of. Only here, where no pointer to a connection is on the stack.
void ClientTransport::reap() {
    std::erase_if(closed_, [this](Connection* connection) {
        if (connection->wsi != nullptr || connection->in_queue || connection->has_news) {
            return false;
        }
        connections_.back()->index = connection->index;
        std::swap(connections_[connection->index], connections_.back());
        connections_.pop_back();
        return true;
    });
}

}  // namespace relaybench::net
