#include "core/clock.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using relaybench::core::ManualClock;
using relaybench::core::SystemClock;

TEST_CASE("system clock: it never goes back, and the calendar is past 2020") {
    const SystemClock clock;
    const auto first = clock.now();
    CHECK(clock.now() >= first);
    CHECK(clock.wall_now().time_since_epoch() > std::chrono::hours(24 * 365 * 50));
}

TEST_CASE("manual clock: time moves only when told to, and never back") {
    ManualClock clock;
    const auto start = clock.now();
    CHECK(clock.now() == start);
    clock.advance(5ms);
    CHECK(clock.now() - start == 5ms);
    clock.advance_to(start + 2ms);
    CHECK(clock.now() - start == 5ms);
    clock.advance_to(start + 7ms);
    CHECK(clock.now() - start == 7ms);
}

TEST_CASE("manual clock: a calendar step does not touch the monotonic line") {
    ManualClock clock;
    const auto start = clock.now();
    const auto wall = clock.wall_now();
    clock.step_wall(-1h);
    CHECK(clock.now() == start);
    CHECK(clock.wall_now() == wall - 1h);
}
