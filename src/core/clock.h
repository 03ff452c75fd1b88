#pragma once

#include <chrono>

namespace relaybench::core {

using Duration = std::chrono::nanoseconds;

/// A point on the one monotonic time line of this process (CLOCK_MONOTONIC).
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A point of the calendar (CLOCK_REALTIME); for provenance and clock offsets only, never for latencies.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// The only way to learn the time. Real time is read in clock.cpp and nowhere else.
class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() const = 0;
    [[nodiscard]] virtual WallTime wall_now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override;
    [[nodiscard]] WallTime wall_now() const override;
};

/// Time that moves only when told to. Starts at one hour on both time lines, so that "earlier than start" exists.
class ManualClock final : public Clock {
  public:
    [[nodiscard]] TimePoint now() const override { return now_; }
    [[nodiscard]] WallTime wall_now() const override { return WallTime{now_.time_since_epoch() + wall_offset_}; }

    void advance(Duration by) { now_ += by; }
    /// Never goes back: a time before now() is ignored.
    void advance_to(TimePoint to) { now_ = to > now_ ? to : now_; }
    /// A calendar step, as NTP or an administrator makes it; the monotonic line does not move.
    void step_wall(Duration by) { wall_offset_ += by; }

  private:
    TimePoint now_{std::chrono::hours(1)};
    Duration wall_offset_{0};
};

}  // namespace relaybench::core
