#include "net/listener.h"

#include <utility>

#include "net/listener_parts.h"

namespace relaybench::net {

core::Expected<std::unique_ptr<Listener>> Listener::open(EventLoop& loop, const ListenerOptions& options, ListenerSink& sink) {
    auto parts = std::make_unique<Parts>(loop, options, sink);
    if (!options.certificate_file.empty() || !options.key_file.empty()) {
        auto context = make_server_context(options.certificate_file, options.key_file);
        if (!context) {
            return tl::unexpected(context.error());
        }
        parts->tls = std::move(*context);
    }
    const auto socket = open_listening_socket(options.address, options.port, options.backlog);
    if (!socket) {
        return tl::unexpected(socket.error());
    }
    parts->start(*socket);
    return std::unique_ptr<Listener>(new Listener(std::move(parts)));
}

Listener::Listener(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Listener::~Listener() = default;

std::uint16_t Listener::port() const { return parts_->port; }

std::string Listener::peer_address(ConnectionId id) const {
    const ServerConnection* const connection = parts_->find(id);
    return connection == nullptr ? std::string() : peer_of_socket(connection->fd());
}

std::size_t Listener::open_connections() const { return parts_->open_count; }

SendResult Listener::send(ConnectionId id, std::string_view bytes) {
    ServerConnection* const connection = parts_->find(id);
    if (connection == nullptr || connection->broken) {
        return SendResult::Gone;
    }
    const Io result = connection->write(bytes);
    if (result == Io::Done) {
        return SendResult::Sent;
    }
    if (result == Io::Blocked && connection->pending_bytes() <= parts_->options.max_pending_bytes) {
        parts_->watch(*connection);
        return SendResult::Pending;
    }
    if (result == Io::Blocked) {
        connection->abort_on_close();
    }
    connection->broken = true;
    // The caller is in the middle of something: it hears of the end in the next round, not from within send().
    ev_feed_event(parts_->loop.raw(), &connection->watcher, EV_READ);
    return SendResult::Gone;
}

std::size_t Listener::pending_bytes(ConnectionId id) const {
    const ServerConnection* const connection = parts_->find(id);
    return connection == nullptr ? 0 : connection->pending_bytes();
}

void Listener::finish(ConnectionId id) {
    if (ServerConnection* const connection = parts_->find(id)) {
        parts_->wind_down(*connection, true);
    }
}

void Listener::cut(ConnectionId id) {
    if (ServerConnection* const connection = parts_->find(id)) {
        parts_->wind_down(*connection, false);
    }
}

void Listener::reset(ConnectionId id) {
    if (ServerConnection* const connection = parts_->find(id)) {
        --parts_->open_count;
        connection->abort_on_close();
        parts_->release(*connection);
    }
}

void Listener::pause_reading(ConnectionId id) {
    if (ServerConnection* const connection = parts_->find(id)) {
        connection->reading_paused = true;
        parts_->watch(*connection);
    }
}

void Listener::resume_reading(ConnectionId id) {
    ServerConnection* const connection = parts_->find(id);
    if (connection == nullptr || !connection->reading_paused) {
        return;
    }
    connection->reading_paused = false;
    parts_->watch(*connection);
    if (connection->holds_decrypted()) {
        ev_feed_event(parts_->loop.raw(), &connection->watcher, EV_READ);
    }
}

}  // namespace relaybench::net
