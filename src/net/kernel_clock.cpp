#include "net/kernel_clock.h"

namespace relaybench::net {

namespace {

constexpr int kTriples = 30;
constexpr core::Duration kRenewEvery = std::chrono::seconds(1);
constexpr core::Duration kOldestPlausible = std::chrono::seconds(10);
constexpr core::Duration kOffsetSlack = std::chrono::microseconds(50);

ClockTriple read_triple(const core::Clock& clock) {
    const core::TimePoint before = clock.now();
    const core::WallTime wall = clock.wall_now();
    return {.before = before, .wall = wall, .after = clock.now()};
}

}  // namespace

core::Duration wall_offset(const ClockTriple& triple) {
    const core::Duration middle = triple.before.time_since_epoch() + (triple.after - triple.before) / 2;
    return triple.wall.time_since_epoch() - middle;
}

KernelClock::KernelClock(const core::Clock& clock) : clock_(clock) { measure(); }

void KernelClock::refresh(core::TimePoint now) {
    if (now - measured_ >= kRenewEvery) {
        measure();
    }
}

void KernelClock::measure() {
    ClockTriple best = read_triple(clock_);
    for (int i = 1; i < kTriples; ++i) {
        const ClockTriple triple = read_triple(clock_);
        if (triple.after - triple.before < best.after - best.before) {
            best = triple;
        }
    }
    offset_ = wall_offset(best);
    measured_ = best.after;
}

std::optional<core::TimePoint> KernelClock::map(core::WallTime stamp, core::TimePoint seen) const {
    const core::TimePoint at{stamp.time_since_epoch() - offset_};
    if (at > seen) {
        return at - seen <= kOffsetSlack ? std::optional(seen) : std::nullopt;
    }
    return seen - at <= kOldestPlausible ? std::optional(at) : std::nullopt;
}

}  // namespace relaybench::net
