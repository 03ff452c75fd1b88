#pragma once

#include <optional>

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// Whether an answer of several packets comes where small ones do; nothing when it does, or when it is not the packets' size nor the line
/// that keeps it: what holds streams back is the business of those checks.
[[nodiscard]] std::optional<Outcome> judge_download(const Subject& subject, const Facts& facts);

}  // namespace relaybench::doctor
