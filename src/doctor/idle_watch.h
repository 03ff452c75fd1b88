#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "doctor/idle_arm.h"

namespace relaybench::doctor {

/// Opens each arm when its plan says so (side by side: opening blocks) and watches all of them in one loop until the last is over. Nothing
/// when `interrupted` said so.
[[nodiscard]] std::optional<std::vector<ArmTimeline>> watch_arms(const std::vector<ArmPlan>& plans, const OpenArm& open,
                                                                 const std::function<bool()>& interrupted);

}  // namespace relaybench::doctor
