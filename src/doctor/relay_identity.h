#pragma once

#include "doctor/check.h"
#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// http.identity: whether it is the relay that answers.
[[nodiscard]] Outcome check_identity(const Subject& subject, Facts& facts);

/// Of a request that was answered with a redirect.
[[nodiscard]] Outcome redirected(const Facts& facts, const HttpReply& reply);

}  // namespace relaybench::doctor
