#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// model.list: whether the model is there, for this key.
[[nodiscard]] Outcome check_model(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
