#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "net/listener.h"
#include "net/listener_connection.h"
#include "net/listener_socket.h"
#include "net/listener_tls.h"

namespace relaybench::net {

/// What the loop does for a listener: accepts, reads, writes what was kept back, and lets connections die in the order that each of their
/// ends needs. listener.cpp holds what callers ask for.
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

    static constexpr std::size_t kReadBytes = 64U << 10U;

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

}  // namespace relaybench::net
