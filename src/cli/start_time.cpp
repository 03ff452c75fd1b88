#include "cli/start_time.h"

#include <algorithm>
#include <semaphore>

namespace relaybench::cli {

void wait_for_start(core::WallTime at, const core::Clock& clock, const run::Control& control, ProgressDisplay* display) {
    // The calendar may be stepped while we wait, so it is looked at again and again; a stop request comes through no descriptor.
    constexpr core::Duration kLookEvery = std::chrono::milliseconds(50);
    constexpr core::Duration kTellEvery = std::chrono::seconds(1);
    std::binary_semaphore never(0);
    auto told = core::TimePoint::min();
    for (auto left = at - clock.wall_now(); left > core::Duration::zero() && control.level() == run::StopLevel::None;
         left = at - clock.wall_now()) {
        if (const auto now = clock.now(); display != nullptr && (told == core::TimePoint::min() || now - told >= kTellEvery)) {
            display->on_waiting(left);
            told = now;
        }
        static_cast<void>(never.try_acquire_for(std::min(left, kLookEvery)));
    }
}

}  // namespace relaybench::cli
