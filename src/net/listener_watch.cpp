#include "net/listener_watch.h"

#include <utility>

namespace relaybench::net {

ReadableWatch::ReadableWatch(EventLoop& loop, int fd, std::function<void()> on_readable)
    : loop_(loop), on_readable_(std::move(on_readable)) {
    ev_io_init(&watcher_, &ReadableWatch::on_event, fd, EV_READ);
    watcher_.data = this;
    ev_io_start(loop_.raw(), &watcher_);
}

ReadableWatch::~ReadableWatch() { ev_io_stop(loop_.raw(), &watcher_); }

void ReadableWatch::on_event(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) noexcept {
    static_cast<ReadableWatch*>(watcher->data)->on_readable_();
}

}  // namespace relaybench::net
