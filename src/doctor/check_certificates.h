#pragma once

#include "doctor/check.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// Who vouches for the relay's certificate. Four quadrants: the public roots and this machine's store, each of which may trust the chain or
/// not. Writes whether the relay may be trusted.
[[nodiscard]] Outcome check_verify(const Subject& subject, Facts& facts);

/// How long the certificate lasts.
[[nodiscard]] Outcome check_expiry(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
