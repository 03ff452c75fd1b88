#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace relaybench::net {

/// The calendar read between two readings of the monotonic clock.
struct ClockTriple {
    core::TimePoint before;
    core::WallTime wall;
    core::TimePoint after;
};

/// What to subtract from a calendar time (as a duration since its epoch) to get a monotonic one: midpoint of the triple. The error is at
/// most half the distance of `before` and `after`.
[[nodiscard]] core::Duration wall_offset(const ClockTriple& triple);

/// The kernel stamps segments with CLOCK_REALTIME; this maps such stamps to the monotonic line. The offset is the one of the tightest of
/// some tens of triples, renewed ten times a second, so that slewing by NTP (at most 500 ppm) costs at most 50 µs and usually a
/// microsecond. A step of the calendar is noticed by a quick look on every round of the loop, and on every stamp that would be old: no stamp
/// is mapped for a second then, since some may be from before the step.
class KernelClock {
  public:
    /// `clock` must outlive this object.
    explicit KernelClock(const core::Clock& clock);

    /// To be called on every round of the loop, before reading.
    void refresh(core::TimePoint now);

    /// The stamp on the monotonic line, or nothing when it cannot be true: later than `seen` (the moment our code saw the bytes; up to
    /// 50 µs beyond, which the uncertainty of the offset explains, are clamped to it) or more than 10 s earlier.
    [[nodiscard]] std::optional<core::TimePoint> map(core::WallTime stamp, core::TimePoint seen);

    /// Steps of the calendar that were noticed.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }

  private:
    void measure();
    void look_for_step();

    const core::Clock& clock_;
    core::Duration offset_{0};
    core::TimePoint measured_;
    core::TimePoint looked_;
    core::TimePoint distrusted_until_ = core::TimePoint::min();
    std::uint64_t steps_ = 0;
};

}  // namespace relaybench::net
