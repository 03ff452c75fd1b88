#include "net/kernel_clock.h"

#include <algorithm>
#include <chrono>

namespace relaybench::net {

namespace {

constexpr int kTriples = 30;
constexpr core::Duration kRenewEvery = std::chrono::milliseconds(100);
constexpr core::Duration kLookEvery = std::chrono::microseconds(100);
/// Above what slewing does between two measurements.
constexpr core::Duration kStep = std::chrono::microseconds(200);
constexpr core::Duration kDistrust = std::chrono::seconds(1);
/// A stamp so much older than the read is believed only after another look at the clocks.
constexpr core::Duration kOld = std::chrono::milliseconds(1);
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
    if (now - looked_ >= kLookEvery) {
        look_for_step();
    }
    if (now - measured_ >= kRenewEvery) {
        measure();
    }
}

/// One triple bounds the offset by half its width: what lies farther away than that is a step for certain.
void KernelClock::look_for_step() {
    const ClockTriple triple = read_triple(clock_);
    looked_ = triple.after;
    if (std::chrono::abs(wall_offset(triple) - offset_) <= kStep + (triple.after - triple.before)) {
        return;
    }
    measure();
    steps_ += 1;
    distrusted_until_ = triple.after + kDistrust;
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

std::optional<core::TimePoint> KernelClock::map(core::WallTime stamp, core::TimePoint seen) {
    const core::TimePoint at{stamp.time_since_epoch() - offset_};
    const bool odd = at > seen + kOffsetSlack || seen - at > kOld;
    if (odd) {
        look_for_step();
    }
    if (seen < distrusted_until_ || at > seen + kOffsetSlack || seen - at > kOldestPlausible) {
        return std::nullopt;
    }
    return std::min(at, seen);
}

}  // namespace relaybench::net
