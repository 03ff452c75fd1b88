#include "load/window.h"

#include <variant>

namespace relaybench::load {

std::optional<core::Duration> window_of(const scenario::Load& load) {
    if (const auto* ramp = std::get_if<scenario::Ramp>(&load.pattern)) {
        core::Duration total{0};
        for (const scenario::RampStage& stage : ramp->stages) {
            total += stage.duration;
        }
        return total;
    }
    if (load.duration || load.count) {
        return load.duration;
    }
    return scenario::kDefaultDuration;
}

}  // namespace relaybench::load
