#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// clock.skew: this machine's clock against the relay's and, where they differ, against every other one that can be asked without a secret.
[[nodiscard]] Outcome check_clock(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
