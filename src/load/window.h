#pragma once

#include <optional>

#include "core/clock.h"
#include "scenario/scenario.h"

namespace relaybench::load {

/// How long streams are started in the measured window: the duration, the stages of a ramp, the default when nothing is given, or nullopt
/// when a count alone ends it.
[[nodiscard]] std::optional<core::Duration> window_of(const scenario::Load& load);

}  // namespace relaybench::load
