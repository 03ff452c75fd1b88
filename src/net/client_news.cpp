#include <cerrno>
#include <utility>

#include "net/client_transport.h"

namespace relaybench::net {

namespace {

constexpr int kSwitchingProtocols = 101;

}  // namespace

void ClientTransport::on_writable_event(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
    auto& connection = *static_cast<Connection*>(watcher->data);
    if (connection.tcp_stands) {
        connection.owner->flush(connection);
    } else {
        connection.owner->check_connect(connection);
    }
}

void ClientTransport::deliver_news() {
    delivering_.swap(news_);
    for (Connection* connection : delivering_) {
        connection->has_news = false;
        deliver(*connection);
    }
    delivering_.clear();
}

void ClientTransport::deliver(Connection& connection) {
    if (connection.phase == Phase::Closed || connection.phase == Phase::Closing) {
        return;
    }
    if (connection.stream) {
        deliver_handshake(connection);
    }
    if (connection.stream && connection.head_ready) {
        deliver_head(connection);
    }
    if (connection.stream && connection.early_end) {
        on_read_end(connection, *connection.early_end);
    }
    if (!connection.ending || connection.phase == Phase::Closed) {
        return;
    }
    if (connection.stream) {
        end(connection, *std::exchange(connection.ending, std::nullopt));
    } else {
        kill(connection);
    }
}

void ClientTransport::deliver_handshake(Connection& connection) {
    const stream::StreamId id = *connection.stream;
    if (const auto at = std::exchange(connection.connected_at, std::nullopt)) {
        sink_->on_connected(id, connection.origin, *at);
    }
    if (const auto at = connection.stream == id ? std::exchange(connection.secured_at, std::nullopt) : std::nullopt) {
        sink_->on_secured(id, *at);
    }
    if (const auto at = connection.stream == id ? std::exchange(connection.written_at, std::nullopt) : std::nullopt) {
        give_back_slot(connection);
        sink_->on_written(id, *at);
    }
}

/// The first head of a connection; those of reused ones come by on_response_bytes().
void ClientTransport::deliver_head(Connection& connection) {
    connection.head_ready = false;
    const stream::StreamId id = *connection.stream;
    const bool websocket = connection.is_websocket();
    stream::ResponseHead head = connection.response->head();
    const bool switching = head.status == kSwitchingProtocols;
    head.upgraded = websocket && switching && connection.accepted;
    connection.response->forget_head();
    if (!switching || head.upgraded) {
        take_over(connection);
    }
    sink_->on_head(id, head, connection.head_arrival);
    if (connection.stream != id) {
        return;
    }
    if (switching && !head.upgraded) {
        note_end(connection, {.kind = websocket ? stream::EndKind::UpgradeInvalid : stream::EndKind::BadHttp,
                              .system_error = 0,
                              .close_code = 0,
                              .detail = websocket ? connection.library_words : "101 to a request that asked for no upgrade",
                              .at = {}});
        return;
    }
    if (head.upgraded) {
        become_websocket(connection);
    }
    const std::string early = std::exchange(connection.early, {});
    if (!early.empty() && connection.stream == id) {
        on_bytes(connection, early, connection.head_arrival);
    }
}

/// The hand-shake is done: our watcher reads from here on, and libwebsockets' is switched off.
void ClientTransport::take_over(Connection& connection) {
    set_phase(connection, Phase::Ours);
    if (connection.wsi == nullptr) {
        return;
    }
    LwsContext::stop_reading(connection.wsi);
    if (connection.ssl != nullptr) {
        SSL_set_read_ahead(connection.ssl, 1);  // one receive for many records; on_readable() leaves none of them behind
    }
    if (connection.accepted && !connection.is_websocket()) {
        LwsContext::drop_headers(connection.wsi);
    }
    watch(connection, awaiting_);
}

void ClientTransport::watch(Connection& connection, ReadPoller& poller) {
    if (connection.watched_by != nullptr) {
        connection.watched_by->forget(connection);
    }
    if (!poller.watch(connection)) {
        note_end(connection, {.kind = stream::EndKind::LocalLimit, .system_error = errno, .close_code = 0, .detail = {}, .at = {}});
    }
}

void ClientTransport::become_websocket(Connection& connection) {
    connection.response.reset();
    connection.frames = std::make_unique<FrameReader>();
    connection.upgraded = true;
    for (const auto& message : std::exchange(connection.outbox, {})) {
        write_message(connection, message);
    }
}

}  // namespace relaybench::net
