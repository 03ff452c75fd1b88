#include "net/event_loop.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace relaybench::net {

namespace {

/// Longer waits are cut into pieces of this length, so that the arithmetic below cannot overflow on TimePoint::max().
constexpr core::Duration kLongestWait = std::chrono::hours(1);

timespec to_timespec(core::Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {.tv_sec = seconds.count(), .tv_nsec = (duration - seconds).count()};
}

}  // namespace

EventLoop::EventLoop(const core::Clock& clock) : clock_(clock) {
    loop_ = ev_loop_new(static_cast<unsigned>(EVBACKEND_EPOLL) | static_cast<unsigned>(EVFLAG_NOENV));
    timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (loop_ == nullptr || timer_fd_ < 0) {
        const std::error_code reason(errno, std::generic_category());
        if (loop_ != nullptr) {
            ev_loop_destroy(loop_);
        }
        if (timer_fd_ >= 0) {
            ::close(timer_fd_);
        }
        throw std::system_error(reason, "event loop");
    }
    ev_io_init(&deadline_, &EventLoop::on_deadline, timer_fd_, EV_READ);
    deadline_.data = this;
    ev_io_start(loop_, &deadline_);
    ev_async_init(&wake_, &EventLoop::on_wake);
    ev_async_start(loop_, &wake_);
}

EventLoop::~EventLoop() {
    ev_async_stop(loop_, &wake_);
    ev_io_stop(loop_, &deadline_);
    ev_loop_destroy(loop_);
    ::close(timer_fd_);
}

void EventLoop::run_once(core::TimePoint until) {
    const core::TimePoint now = clock_.now();
    if (until <= now) {
        ev_run(loop_, EVRUN_NOWAIT);
        return;
    }
    const core::Duration wait = until - kLongestWait > now ? kLongestWait : until - now;
    arm(now + wait, wait);
    ev_run(loop_, EVRUN_ONCE);
}

void EventLoop::wake() { ev_async_send(loop_, &wake_); }

void EventLoop::arm(core::TimePoint until, core::Duration wait) {
    if (until == armed_for_) {
        return;  // the same deadline as in the round before: spares a system call
    }
    const itimerspec spec{.it_interval = {}, .it_value = to_timespec(wait)};
    timerfd_settime(timer_fd_, 0, &spec, nullptr);
    armed_for_ = until;
}

void EventLoop::on_deadline(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
    auto* self = static_cast<EventLoop*>(watcher->data);
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto got = ::read(self->timer_fd_, &expirations, sizeof expirations);
    self->armed_for_ = core::TimePoint::max();
}

void EventLoop::on_wake(struct ev_loop* /*loop*/, ev_async* /*watcher*/, int /*events*/) {}

}  // namespace relaybench::net
