#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// http.body: whether requests and answers that need several packets arrive.
[[nodiscard]] Outcome check_body(const Subject& subject, Facts& facts);

/// Whether 64 KiB would take longer than is waited for, by the times of the two shorter requests: then they are not sent, as a thin line
/// would be filled with them while others are examined. Pure.
[[nodiscard]] bool is_too_thin(core::Duration tiny, core::Duration small);

}  // namespace relaybench::doctor
