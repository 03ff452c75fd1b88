#include "net/client_transport.h"

#include <system_error>
#include <utility>

namespace relaybench::net {

namespace {

constexpr std::uint16_t kNormalClosure = 1000;

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

}  // namespace relaybench::net
