#include "core/clock.h"

namespace relaybench::core {

TimePoint SystemClock::now() const { return std::chrono::steady_clock::now(); }

WallTime SystemClock::wall_now() const { return std::chrono::system_clock::now(); }

}  // namespace relaybench::core
