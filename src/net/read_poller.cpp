#include "net/read_poller.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "net/connection.h"

namespace relaybench::net {

namespace {

constexpr std::size_t kCacheLine = 64;

Connection* connection_of(const epoll_event& event) { return static_cast<Connection*>(event.data.ptr); }

void fetch(const Connection* connection) {
    const auto* bytes = reinterpret_cast<const char*>(connection);
    for (std::size_t at = 0; at < Connection::kHotBytes; at += kCacheLine) {
        __builtin_prefetch(bytes + at);
    }
}

}  // namespace

ReadPoller::ReadPoller(EventLoop& loop, ReadHandler& handler, ReadPriority priority)
    : loop_(loop), handler_(handler), set_(epoll_create1(EPOLL_CLOEXEC)) {
    if (set_ < 0) {
        throw std::system_error(errno, std::generic_category(), "epoll set");
    }
    ev_io_init(&watcher_, &ReadPoller::on_event, set_, EV_READ);
    ev_set_priority(&watcher_, priority == ReadPriority::First ? EV_MAXPRI : 0);
    watcher_.data = this;
    ev_io_start(loop_.raw(), &watcher_);
}

ReadPoller::~ReadPoller() {
    ev_io_stop(loop_.raw(), &watcher_);
    ::close(set_);
}

bool ReadPoller::watch(Connection& connection) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.ptr = &connection;
    if (epoll_ctl(set_, EPOLL_CTL_ADD, connection.fd, &wanted) != 0) {
        return false;
    }
    connection.watched_by = this;
    return true;
}

void ReadPoller::forget(Connection& connection) {
    if (connection.watched_by == this) {
        connection.watched_by = nullptr;
        epoll_ctl(set_, EPOLL_CTL_DEL, connection.fd, nullptr);
    }
}

void ReadPoller::on_event(struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) {
    static_cast<ReadPoller*>(watcher->data)->read_batch();
}

void ReadPoller::read_batch() {
    const int got = epoll_wait(set_, ready_.data(), static_cast<int>(ready_.size()), 0);
    const std::size_t count = got > 0 ? static_cast<std::size_t>(got) : 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i + kFarAhead < count) {
            fetch(connection_of(ready_[i + kFarAhead]));
        }
        if (i + kNearAhead < count) {
            handler_.prepare(*connection_of(ready_[i + kNearAhead]));
        }
        if (Connection* connection = connection_of(ready_[i]); connection->watched_by == this) {
            handler_.on_readable(*connection);
        }
    }
}

}  // namespace relaybench::net
