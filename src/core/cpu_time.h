#pragma once

#include "core/clock.h"

namespace relaybench::core {

/// User and system CPU time of the calling thread so far.
[[nodiscard]] Duration thread_cpu_time();

}  // namespace relaybench::core
