#pragma once

#include <ev.h>

#include <functional>

#include "net/event_loop.h"

namespace relaybench::net {

/// Calls back whenever a descriptor of someone else (a pipe, a signalfd) is readable or at its end.
class ReadableWatch {
  public:
    /// `loop` must outlive the watch; `fd` stays the caller's. `on_readable` must not throw.
    ReadableWatch(EventLoop& loop, int fd, std::function<void()> on_readable);
    ReadableWatch(const ReadableWatch&) = delete;
    ReadableWatch& operator=(const ReadableWatch&) = delete;
    ~ReadableWatch();

  private:
    static void on_event(struct ev_loop* loop, ev_io* watcher, int events) noexcept;

    EventLoop& loop_;
    std::function<void()> on_readable_;
    ev_io watcher_{};
};

}  // namespace relaybench::net
