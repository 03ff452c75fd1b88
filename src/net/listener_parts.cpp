#include "net/listener_parts.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace relaybench::net {
namespace {

constexpr int kAcceptsPerRound = 128;  // then the streams that are already running get their turn
constexpr double kLingerSeconds = 2.0;
constexpr double kFlushSeconds = 30.0;
constexpr double kSweepSeconds = 0.25;
constexpr double kAcceptPauseSeconds = 0.05;

}  // namespace

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

}  // namespace relaybench::net
