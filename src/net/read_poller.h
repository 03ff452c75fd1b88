#pragma once

#include <ev.h>
#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "net/event_loop.h"

namespace relaybench::net {

struct Connection;

/// Who reads from the connections that a ReadPoller finds readable.
class ReadHandler {
  public:
    ReadHandler() = default;
    ReadHandler(const ReadHandler&) = delete;
    ReadHandler& operator=(const ReadHandler&) = delete;
    virtual ~ReadHandler() = default;

    /// on_readable() for this connection comes soon: the moment to fetch what it needs into the cache.
    virtual void prepare(const Connection& connection) = 0;
    virtual void on_readable(Connection& connection) = 0;
};

/// Which of several pollers of one loop are asked first in each of its rounds.
enum class ReadPriority : std::uint8_t { Normal, First };

/// Watches established streams for bytes in an epoll set of its own, which the event loop watches as one descriptor. The kernel then hands
/// over many readable connections at once, by pointer, so that none of libev's tables is touched for a chunk, and what the next
/// ones need is fetched while one is read. Thousands of streams do not fit into the cache: waiting for memory was the greater part of our cost.
class ReadPoller {
  public:
    /// Both must outlive the poller. Throws std::system_error when the system has no descriptor left.
    ReadPoller(EventLoop& loop, ReadHandler& handler, ReadPriority priority);
    ReadPoller(const ReadPoller&) = delete;
    ReadPoller& operator=(const ReadPoller&) = delete;
    ~ReadPoller();

    /// Reports the connection's descriptor whenever there is something to read, until forget(). It must not be watched by another. False (errno tells) when the system refuses.
    [[nodiscard]] bool watch(Connection& connection);
    /// Nothing more is reported, also of what the kernel has handed over already. No effect on a connection that is not watched. The
    /// connection must live on until the round of the event loop is over.
    void forget(Connection& connection);

  private:
    /// Handed over at once; the rest waits for the next round, so that timers and hand-shakes have their turn.
    static constexpr std::size_t kBatch = 256;
    /// How far ahead memory is fetched: first the connection, then what it points to.
    static constexpr std::size_t kFarAhead = 6;
    static constexpr std::size_t kNearAhead = 3;

    static void on_event(struct ev_loop* loop, ev_io* watcher, int events);
    void read_batch();

    EventLoop& loop_;
    ReadHandler& handler_;
    int set_ = -1;
    ev_io watcher_{};
    std::array<epoll_event, kBatch> ready_{};
};

}  // namespace relaybench::net
