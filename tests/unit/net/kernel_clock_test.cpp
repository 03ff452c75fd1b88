#include "net/kernel_clock.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/random.h"

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
    KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() - 3us, clock.now()) == clock.now() - 3us);
}

TEST_CASE("kernel clock: a stamp a little later than the read is clamped, one much later is not trusted") {
    core::ManualClock clock;
    KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() + 50us, clock.now()) == clock.now());
    CHECK_FALSE(kernel.map(clock.wall_now() + 51us, clock.now()).has_value());
}

TEST_CASE("kernel clock: a stamp of more than 10 s ago is not trusted") {
    core::ManualClock clock;
    KernelClock kernel(clock);
    CHECK(kernel.map(clock.wall_now() - 10s, clock.now()) == clock.now() - 10s);
    CHECK_FALSE(kernel.map(clock.wall_now() - 10s - 1ns, clock.now()).has_value());
}

TEST_CASE("kernel clock: after a step of the calendar no stamp is believed for a second, then all are again") {
    for (const core::Duration step : {core::Duration(10s), core::Duration(-10s), core::Duration(-5ms), core::Duration(1h)}) {
        core::ManualClock clock;
        clock.step_wall(48h);
        KernelClock kernel(clock);
        clock.advance(10ms);
        const core::WallTime before_step = clock.wall_now();
        clock.step_wall(step);
        kernel.refresh(clock.now());
        CHECK(kernel.steps() == 1);
        CHECK_FALSE(kernel.map(clock.wall_now(), clock.now()).has_value());
        CHECK_FALSE(kernel.map(before_step, clock.now()).has_value());
        clock.advance(1s);
        kernel.refresh(clock.now());
        CHECK(kernel.map(clock.wall_now(), clock.now()) == clock.now());
        CHECK(kernel.steps() == 1);
    }
}

TEST_CASE("kernel clock: a step between two rounds of the loop is noticed by the first stamp that looks old") {
    core::ManualClock clock;
    clock.step_wall(48h);
    KernelClock kernel(clock);
    clock.step_wall(-10s);
    CHECK_FALSE(kernel.map(clock.wall_now(), clock.now()).has_value());
    CHECK(kernel.steps() == 1);
}

/// Plays 20 s of reads, each some time after its segment, on a calendar that `disturb` alters at 5 s and that runs too fast by `ppm`; the
/// largest error of a mapped stamp, and how many reads had none.
struct Played {
    core::Duration worst{0};
    int unmapped = 0;
    std::uint64_t steps = 0;
};

Played played(core::Duration step, std::int64_t ppm) {
    core::ManualClock clock;
    clock.step_wall(48h);
    KernelClock kernel(clock);
    core::Random random(1);
    Played seen;
    constexpr int kReads = 20'000;
    for (int i = 0; i < kReads; ++i) {
        if (i == kReads / 4) {
            clock.step_wall(step);
        }
        const core::TimePoint arrived = clock.now();
        const core::WallTime stamp = clock.wall_now();
        const core::Duration waited{static_cast<std::int64_t>(random.below(3'000'000))};
        clock.advance(waited);
        kernel.refresh(clock.now());
        const auto mapped = kernel.map(stamp, clock.now());
        seen.unmapped += mapped ? 0 : 1;
        seen.worst = mapped ? std::max(seen.worst, core::Duration(std::chrono::abs(*mapped - arrived))) : seen.worst;
        constexpr core::Duration kPeriod = 1ms;
        clock.advance(kPeriod - std::min<core::Duration>(waited, kPeriod));
        clock.step_wall(core::Duration(kPeriod.count() * ppm / 1'000'000));
    }
    seen.steps = kernel.steps();
    return seen;
}

TEST_CASE("kernel clock: steps of ten seconds either way move no stamp by more than 0.1 ms") {
    for (const core::Duration step : {core::Duration(10s), core::Duration(-10s)}) {
        const Played seen = played(step, 0);
        CHECK(seen.worst <= 100us);
        CHECK(seen.steps == 1);
        CHECK(seen.unmapped > 0);
        CHECK(seen.unmapped <= 1100);  // about one second of reads
    }
}

TEST_CASE("kernel clock: a calendar that runs 500 ppm too fast or too slow moves no stamp by more than 0.1 ms") {
    for (const std::int64_t ppm : {500, -500}) {
        const Played seen = played(core::Duration(0), ppm);
        CHECK(seen.worst <= 100us);
        CHECK(seen.steps == 0);
        CHECK(seen.unmapped == 0);
    }
}

}  // namespace
}  // namespace relaybench::net
