#include "net/event_loop.h"

#include <doctest/doctest.h>

#include <array>
#include <thread>

#include <unistd.h>

namespace relaybench::net {
namespace {

using namespace std::chrono_literals;

TEST_CASE("event loop: run_once waits until the deadline when nothing happens, and no shorter") {
    const core::SystemClock clock;
    EventLoop loop(clock);
    const core::TimePoint until = clock.now() + 2500us;
    while (clock.now() < until) {
        loop.run_once(until);
    }
    CHECK(clock.now() >= until);
}

TEST_CASE("event loop: a deadline in the past does not wait") {
    const core::SystemClock clock;
    EventLoop loop(clock);
    loop.run_once(core::TimePoint::min());
    loop.run_once(clock.now());
    CHECK(true);  // a wait would run into the test's time limit
}

TEST_CASE("event loop: a wake that came before the wait ends it") {
    const core::SystemClock clock;
    EventLoop loop(clock);
    loop.wake();
    loop.run_once(core::TimePoint::max());
    CHECK(true);
}

TEST_CASE("event loop: a wake from another thread ends the wait") {
    const core::SystemClock clock;
    EventLoop loop(clock);
    std::thread other([&] { loop.wake(); });
    loop.run_once(core::TimePoint::max());
    other.join();
    CHECK(true);
}

struct Readable {
    ev_io watcher{};
    int hits = 0;
};

TEST_CASE("event loop: a ready descriptor is handled, also when the deadline has passed") {
    const core::SystemClock clock;
    EventLoop loop(clock);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    Readable readable;
    ev_io_init(
        &readable.watcher, [](struct ev_loop* /*loop*/, ev_io* watcher, int /*events*/) { ++static_cast<Readable*>(watcher->data)->hits; },
        ends[0], EV_READ);
    readable.watcher.data = &readable;
    ev_io_start(loop.raw(), &readable.watcher);
    REQUIRE(::write(ends[1], "x", 1) == 1);
    loop.run_once(core::TimePoint::min());
    CHECK(readable.hits == 1);
    ev_io_stop(loop.raw(), &readable.watcher);
    ::close(ends[0]);
    ::close(ends[1]);
}

}  // namespace
}  // namespace relaybench::net
