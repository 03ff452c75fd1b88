#pragma once

#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Why a question was left without an answer: `otherwise`, unless the line is known to lose packets, on which silence says no more than that.
[[nodiscard]] result::Finding why_unheard(const Facts& facts, result::Finding otherwise);

}  // namespace relaybench::doctor
