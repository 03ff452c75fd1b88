#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/tls_failure.h"

namespace relaybench::doctor {

/// Whether a TLS greeting of more than one packet is let through, as programs send that offer keys against quantum computers: some devices on the
/// way read the first packet alone.
[[nodiscard]] Outcome check_greeting(const Subject& subject, Facts& facts);

/// Pure.
[[nodiscard]] Outcome judge_large_greeting(const LargeGreeting& tried, const std::string& authority);

}  // namespace relaybench::doctor
