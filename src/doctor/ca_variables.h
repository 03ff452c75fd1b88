#pragma once

#include <vector>

#include "core/clock.h"
#include "doctor/examination.h"
#include "doctor/facts.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Of a relay whose certificate is trusted: the programs that will refuse it here all the same, as a variable gives them authorities of their own
/// in place of the system's, and none of those vouches for it. What cannot be read is env.ca's matter.
[[nodiscard]] std::vector<result::Finding> programs_that_refuse(const Subject& subject, const Facts& facts, core::WallTime at);

}  // namespace relaybench::doctor
