#include "net/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "net/listener_connection.h"
#include "net/listener_socket.h"
#include "net/listener_tls.h"

namespace relaybench::net {
namespace {

constexpr std::size_t kReadBytes = 64U << 10U;
constexpr int kAcceptsPerRound = 128;  // then the streams that are already running get their turn
constexpr double kLingerSeconds = 2.0;
constexpr double kFlushSeconds = 30.0;
constexpr double kSweepSeconds = 0.25;
constexpr double kAcceptPauseSeconds = 0.05;

}  // namespace

struct Listener::Parts {
    Parts(EventLoop& event_loop, const ListenerOptions& listener_options, ListenerSink& listener_sink)
        : loop(event_loop), options(listener_options), sink(listener_sink) {}
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    ~Parts();

    void start(const ListeningSocket& socket);
    void accept_waiting();
    void adopt(int fd);
    [[nodiscard]] std::uint32_t take_slot();
    void on_ready(ServerConnection& connection, int events);
    void read_ready(ServerConnection& connection);
    void discard_input(ServerConnection& connection);
    void write_ready(ServerConnection& connection);
    void watch(ServerConnection& connection);
    void wind_down(ServerConnection& connection, bool notify);
    void end_if_flushed(ServerConnection& connection);
    void peer_gone(ServerConnection& connection);
    void release(ServerConnection& connection);
    void sweep();
    [[nodiscard]] ServerConnection* find(ConnectionId id) const;

    // libev calls from C: nothing may throw through it.
    static void accept_thunk(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) noexcept {
        static_cast<Parts*>(watcher->data)->accept_waiting();
    }
    static void ready_thunk(struct ev_loop* /*loop*/, ev_io* watcher, int events) noexcept {
        auto* const connection = static_cast<ServerConnection*>(watcher->data);
        static_cast<Parts*>(connection->owner)->on_ready(*connection, events);
    }
    static void sweep_thunk(struct ev_loop* /*loop*/, ev_timer* watcher, int /*events*/) noexcept {
        static_cast<Parts*>(watcher->data)->sweep();
    }
    static void resume_accept_thunk(struct ev_loop* loop, ev_timer* watcher, int /*events*/) noexcept {
        ev_io_start(loop, &static_cast<Parts*>(watcher->data)->accept_watcher);
    }

    EventLoop& loop;
    ListenerOptions options;
    ListenerSink& sink;
    SslContext tls;
    int listen_fd = -1;
    std::uint16_t port = 0;
    std::size_t open_count = 0;
    std::vector<std::unique_ptr<ServerConnection>> slots;
    std::vector<std::uint32_t> free_slots;
    std::array<char, kReadBytes> buffer{};
    ev_io accept_watcher{};
    ev_timer sweep_timer{};
    ev_timer accept_pause{};
};

Listener::Parts::~Parts() {
    struct ev_loop* const raw = loop.raw();
    ev_timer_stop(raw, &accept_pause);
    ev_timer_stop(raw, &sweep_timer);
    ev_io_stop(raw, &accept_watcher);
    for (const auto& connection : slots) {
        ev_io_stop(raw, &connection->watcher);
    }
    if (listen_fd >= 0) {
        close(listen_fd);
    }
}

void Listener::Parts::start(const ListeningSocket& socket) {
    listen_fd = socket.fd;
    port = socket.port;
    ev_io_init(&accept_watcher, &Parts::accept_thunk, listen_fd, EV_READ);
    accept_watcher.data = this;
    ev_io_start(loop.raw(), &accept_watcher);
    ev_timer_init(&sweep_timer, &Parts::sweep_thunk, kSweepSeconds, kSweepSeconds);
    sweep_timer.data = this;
    ev_timer_start(loop.raw(), &sweep_timer);
    ev_timer_init(&accept_pause, &Parts::resume_accept_thunk, kAcceptPauseSeconds, 0.);
    accept_pause.data = this;
}

void Listener::Parts::accept_waiting() {
    for (int i = 0; i < kAcceptsPerRound; ++i) {
        const int fd = accept4(listen_fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            adopt(fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            // The waiting connection would make the loop spin; it stays in the backlog for a moment.
            ev_io_stop(loop.raw(), &accept_watcher);
            ev_timer_set(&accept_pause, kAcceptPauseSeconds, 0.);
            ev_timer_start(loop.raw(), &accept_pause);
            return;
        }
        if (errno != ECONNABORTED && errno != EINTR) {
            return;
        }
    }
}

std::uint32_t Listener::Parts::take_slot() {
    if (free_slots.empty()) {
        slots.push_back(std::make_unique<ServerConnection>());
        return static_cast<std::uint32_t>(slots.size() - 1);
    }
    const std::uint32_t slot = free_slots.back();
    free_slots.pop_back();
    return slot;
}

void Listener::Parts::adopt(int fd) {
    const std::uint32_t slot = take_slot();
    ServerConnection& connection = *slots[slot];
    connection.slot = slot;
    connection.owner = this;
    connection.take(fd, tls.get());
    ev_io_init(&connection.watcher, &Parts::ready_thunk, fd, EV_READ);
    connection.watcher.data = &connection;
    ev_io_start(loop.raw(), &connection.watcher);
    ++open_count;
    sink.on_accepted({slot, connection.generation});
}

void Listener::Parts::on_ready(ServerConnection& connection, int events) {
    const std::uint32_t generation = connection.generation;
    // Over TLS a blocked write may be waiting for the peer's bytes, so both directions are tried.
    if (connection.pending_bytes() > 0 || (static_cast<unsigned>(events) & static_cast<unsigned>(EV_WRITE)) != 0) {
        write_ready(connection);
    }
    if (connection.generation == generation && (static_cast<unsigned>(events) & static_cast<unsigned>(EV_READ)) != 0) {
        read_ready(connection);
    }
}

void Listener::Parts::read_ready(ServerConnection& connection) {
    if (connection.state != ConnectionState::Open) {
        discard_input(connection);
        return;
    }
    const ConnectionId id{connection.slot, connection.generation};
    do {
        const IoResult result = connection.broken ? IoResult{} : connection.read_some(buffer);
        if (result.state == Io::Blocked) {
            return;
        }
        if (result.state == Io::Ended) {
            peer_gone(connection);
            return;
        }
        sink.on_bytes(id, std::string_view(buffer.data(), result.bytes));
    } while (find(id) != nullptr && !connection.reading_paused && connection.holds_decrypted());
}

void Listener::Parts::discard_input(ServerConnection& connection) {
    if (connection.broken || connection.read_some(buffer).state == Io::Ended) {
        release(connection);
    }
}

void Listener::Parts::write_ready(ServerConnection& connection) {
    const ConnectionId id{connection.slot, connection.generation};
    const Io result = connection.flush();
    if (result == Io::Ended) {
        connection.state == ConnectionState::Open ? peer_gone(connection) : release(connection);
        return;
    }
    watch(connection);
    if (result == Io::Done && connection.state == ConnectionState::Open) {
        sink.on_drained(id);
    } else if (result == Io::Done) {
        end_if_flushed(connection);
    }
}

/// Makes the watcher agree with what the connection waits for.
void Listener::Parts::watch(ServerConnection& connection) {
    const bool wants_read = !connection.reading_paused || connection.state != ConnectionState::Open;
    const int events = (wants_read ? EV_READ : 0) + (connection.pending_bytes() > 0 ? EV_WRITE : 0);
    ev_io& watcher = connection.watcher;
    const bool active = ev_is_active(&watcher);
    if (active && (watcher.events & (EV_READ | EV_WRITE)) == events) {
        return;
    }
    ev_io_stop(loop.raw(), &watcher);
    ev_io_set(&watcher, connection.fd(), events);
    if (events != 0) {
        ev_io_start(loop.raw(), &watcher);
    }
}

void Listener::Parts::wind_down(ServerConnection& connection, bool notify) {
    --open_count;
    connection.state = ConnectionState::Flushing;
    connection.notify_close = notify;
    connection.deadline_s = ev_now(loop.raw()) + kFlushSeconds;
    watch(connection);
    end_if_flushed(connection);
}

void Listener::Parts::end_if_flushed(ServerConnection& connection) {
    if (connection.state != ConnectionState::Flushing || connection.pending_bytes() > 0) {
        return;
    }
    connection.end_writing();
    connection.state = ConnectionState::Lingering;
    connection.deadline_s = ev_now(loop.raw()) + kLingerSeconds;
}

void Listener::Parts::peer_gone(ServerConnection& connection) {
    const ConnectionId id{connection.slot, connection.generation};
    --open_count;
    release(connection);
    sink.on_closed(id);
}

void Listener::Parts::release(ServerConnection& connection) {
    ev_io_stop(loop.raw(), &connection.watcher);
    connection.close_now();
    free_slots.push_back(connection.slot);
}

void Listener::Parts::sweep() {
    for (const auto& connection : slots) {
        const bool ending = connection->state == ConnectionState::Flushing || connection->state == ConnectionState::Lingering;
        if (ending && ev_now(loop.raw()) >= connection->deadline_s) {
            release(*connection);
        }
    }
}

ServerConnection* Listener::Parts::find(ConnectionId id) const {
    if (id.slot >= slots.size()) {
        return nullptr;
    }
    ServerConnection* const connection = slots[id.slot].get();
    const bool same = connection->generation == id.generation && connection->state == ConnectionState::Open;
    return same ? connection : nullptr;
}

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
