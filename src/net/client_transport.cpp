#include "net/client_transport.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "net/request_text.h"

namespace relaybench::net {

namespace {

constexpr std::uint16_t kNormalClosure = 1000;

bool is_local_limit(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM || error == EADDRNOTAVAIL;
}

}  // namespace

core::Expected<std::unique_ptr<stream::Transport>> make_client(const core::Clock& clock, const ClientOptions& options) {
    return ClientTransport::create(clock, options);
}

core::Expected<std::unique_ptr<stream::Transport>> ClientTransport::create(const core::Clock& clock, const ClientOptions& options) {
    if (!hooks_are_in_place()) {
        return core::failure("this program was linked so that libwebsockets does not find its recv; it must be linked dynamically");
    }
    try {
        std::unique_ptr<ClientTransport> self(new ClientTransport(clock, options));
        if (auto started = self->start(); !started) {
            return tl::unexpected<core::Error>(started.error());
        }
        return self;
    } catch (const std::system_error& error) {
        return core::failure(error.what());
    }
}

core::Expected<void> ClientTransport::start() {
    auto tls = TlsContext::create({.on_start = [this](SSL* ssl) { on_tls_start(ssl); },
                                   .on_done = [this](SSL* ssl) { on_tls_done(ssl); },
                                   .on_fail = [this](SSL* ssl, std::string reason) { on_tls_fail(ssl, std::move(reason)); }});
    if (!tls) {
        return tl::unexpected<core::Error>(tls.error());
    }
    tls_ = std::move(*tls);
    auto context = LwsContext::create(loop_, *tls_, *this);
    if (!context) {
        return tl::unexpected<core::Error>(context.error());
    }
    lws_ = std::move(*context);
    return {};
}

ClientTransport::~ClientTransport() {
    const HookScope scope(*this);
    for (const auto& connection : connections_) {
        unwatch(*connection);
        connection->phase = Phase::Closed;
    }
    by_fd_.clear();
    lws_.reset();  // first: it still tells us about the connections that it closes
}

Connection* ClientTransport::find(stream::StreamId id) const {
    const bool known = id.slot < slots_.size() && slots_[id.slot].generation == id.generation;
    return known ? slots_[id.slot].connection : nullptr;
}

void ClientTransport::attach(Connection& connection, stream::StreamId id) {
    if (id.slot >= slots_.size()) {
        slots_.resize(id.slot + std::size_t{1});
    }
    slots_[id.slot] = {.generation = id.generation, .connection = &connection};
    connection.stream = id;
}

void ClientTransport::detach(Connection& connection) {
    if (connection.stream) {
        slots_[connection.stream->slot].connection = nullptr;
        connection.stream.reset();
    }
    connection.target = nullptr;
    connection.request = nullptr;
}

Connection& ClientTransport::new_connection() {
    auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.owner = this;
    connection.index = connections_.size() - 1;
    return connection;
}

void ClientTransport::open(stream::StreamId id, const stream::Target& target, const wire::Request& request, wire::ConnectionUse use) {
    const HookScope scope(*this);
    const PoolKey* key = pool_.intern(target);
    const bool may_reuse = use == wire::ConnectionUse::Reuse && request.carrier == wire::Carrier::Http;
    Connection* idle = may_reuse ? pool_.take(key) : nullptr;
    Connection& connection = idle != nullptr ? *idle : new_connection();
    attach(connection, id);
    connection.target = &target;
    connection.request = &request;
    connection.use = use;
    connection.key = key;
    connection.response = std::make_unique<ResponseReader>();
    idle != nullptr ? open_reused(connection) : open_fresh(connection);
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

void ClientTransport::send(stream::StreamId id, const wire::Message& message) {
    const HookScope scope(*this);
    Connection* connection = find(id);
    if (connection == nullptr || !connection->is_websocket()) {
        return;
    }
    if (connection->upgraded) {
        write_message(*connection, message);
    } else {
        connection->outbox.push_back(message);
    }
}

void ClientTransport::send_ping(stream::StreamId id, std::string_view payload) {
    const HookScope scope(*this);
    Connection* connection = find(id);
    if (connection != nullptr && connection->upgraded) {
        write_frame(*connection, payload, LWS_WRITE_PING);
    }
}

void ClientTransport::close(stream::StreamId id) {
    const HookScope scope(*this);
    Connection* connection = find(id);
    if (connection == nullptr) {
        return;
    }
    detach(*connection);
    if (connection->phase == Phase::Ours && connection->upgraded) {
        say_goodbye(*connection, kNormalClosure);
    } else {
        kill(*connection);
    }
}

void ClientTransport::first_token_read(stream::StreamId id) {
    if (Connection* connection = find(id); connection != nullptr && connection->watched_by != nullptr) {
        watch(*connection, streaming_);
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

void ClientTransport::poll(core::TimePoint until, stream::TransportSink& sink) {
    const HookScope scope(*this);
    sink_ = &sink;
    counters_.wakeups += 1;
    kernel_clock_.refresh(clock_.now());
    counters_.clock_steps = kernel_clock_.steps();
    const bool had_news = !news_.empty();
    deliver_news();
    loop_.run_once(had_news || !news_.empty() ? core::TimePoint::min() : until);
    deliver_news();
    pacer_.end_round();
    start_waiting();
    reap();
    sink_ = nullptr;
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
