#pragma once

#include <ev.h>

#include <memory>

#include "core/clock.h"

namespace relaybench::net {

/// A libev loop of our own (never the process's default one, so that no signal handler is installed), with deadlines of nanosecond
/// resolution (a timerfd: libev itself rounds waits to milliseconds) and a wake from elsewhere. Used by one thread, but for wake().
class EventLoop {
  public:
    /// `clock` must outlive the loop. Throws std::system_error when the system has no descriptor left; see make().
    explicit EventLoop(const core::Clock& clock);
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    /// All watchers of others must be stopped before.
    ~EventLoop();

    /// For watchers of this folder and for libwebsockets' foreign loop. Owned by this object.
    [[nodiscard]] struct ev_loop* raw() { return loop_; }

    /// One round: handles what is ready; when nothing is, waits for something, at most until `until` (in the past: does not wait).
    /// May return early: after wake(), after a timer of libwebsockets, or without a reason.
    void run_once(core::TimePoint until);

    /// Any thread, any signal handler. A wake before run_once() makes that call return without waiting.
    void wake();

  private:
    static void on_deadline(struct ev_loop* loop, ev_io* watcher, int events);
    static void on_wake(struct ev_loop* loop, ev_async* watcher, int events);
    void arm(core::TimePoint until, core::Duration wait);

    const core::Clock& clock_;
    struct ev_loop* loop_ = nullptr;
    int timer_fd_ = -1;
    core::TimePoint armed_for_ = core::TimePoint::max();  ///< max: not armed
    ev_io deadline_{};
    ev_async wake_{};
};

}  // namespace relaybench::net
