#pragma once

#include "cli/progress_display.h"
#include "core/clock.h"
#include "run/control.h"

namespace relaybench::cli {

/// Waits until the calendar says `at`, or until somebody asks to stop. `display` (null: nobody) is told about once a second.
void wait_for_start(core::WallTime at, const core::Clock& clock, const run::Control& control, ProgressDisplay* display);

}  // namespace relaybench::cli
