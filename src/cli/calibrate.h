#pragma once

#include <cstdint>
#include <optional>

#include "cli/calibration_plan.h"
#include "cli/context.h"
#include "core/error.h"
#include "result/calibration.h"

namespace relaybench::cli {

/// Of standard error, while loads are played.
enum class Chatter : std::uint8_t { Progress, None };

struct Calibrated {
    result::Calibration calibration;
    std::optional<int> signal;  ///< the first that asked to stop; loads that were not played to their end are left out
};

/// Plays each load of the plan against an embedded relay of its own, which keeps a core to itself.
[[nodiscard]] core::Expected<Calibrated> calibrate(const CalibrationPlan& plan, Chatter chatter, const Context& context);

}  // namespace relaybench::cli
