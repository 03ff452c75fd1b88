#pragma once

#include "doctor/check.h"

namespace relaybench::doctor {

/// http.auth: asks with the key, if the peer may see it.
[[nodiscard]] Outcome check_auth(const Subject& subject, Facts& facts);
/// http.ratelimit: what the answer to that says of limits.
[[nodiscard]] Outcome check_rate(const Subject& subject, Facts& facts);
/// model.list: whether the model is there, for this key.
[[nodiscard]] Outcome check_model(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
