#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// Whether messages of every kind pass in both directions. All are sent before the first is awaited: a slow way back must not add up.
[[nodiscard]] Outcome check_echo(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
