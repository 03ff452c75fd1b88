#include "net/kernel_clock.h"

#include <doctest/doctest.h>

namespace relaybench::net {
namespace {

using namespace std::chrono_literals;

TEST_CASE("kernel clock: the offset is taken at the middle of a triple") {
    const core::TimePoint before{10s};
    CHECK(wall_offset({.before = before, .wall = core::WallTime{1000s}, .after = before + 2us}) == 990s - 1us);
}

TEST_CASE("kernel clock: a stamp is mapped to the monotonic line") {
    core::ManualClock clock;
    clock.step_wall(48h);
    const KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() - 3us, clock.now()) == clock.now() - 3us);
}

TEST_CASE("kernel clock: a stamp a little later than the read is clamped, one much later is not trusted") {
    core::ManualClock clock;
    const KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() + 50us, clock.now()) == clock.now());
    CHECK_FALSE(kernel.map(clock.wall_now() + 51us, clock.now()).has_value());
}

TEST_CASE("kernel clock: a stamp of more than 10 s ago is not trusted") {
    core::ManualClock clock;
    const KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() - 10s, clock.now()) == clock.now() - 10s);
    CHECK_FALSE(kernel.map(clock.wall_now() - 10s - 1ns, clock.now()).has_value());
}

TEST_CASE("kernel clock: a step of the calendar is not believed, and followed at the next renewal") {
    core::ManualClock clock;
    KernelClock kernel(clock);
    clock.step_wall(1h);
    CHECK_FALSE(kernel.map(clock.wall_now(), clock.now()).has_value());
    kernel.refresh(clock.now());
    CHECK_FALSE(kernel.map(clock.wall_now(), clock.now()).has_value());
    clock.advance(1s);
    kernel.refresh(clock.now());
    CHECK(kernel.map(clock.wall_now(), clock.now()) == clock.now());
}

}  // namespace
}  // namespace relaybench::net
