#pragma once

#include <optional>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// Whether requests that need several packets arrive.
[[nodiscard]] Outcome check_body(const Subject& subject, Facts& facts);

/// What the kernel says of a connection on which an answer did not come in time: large packets that were lost, there or back. Nothing when
/// the answer came, or when nothing was lost. Pure.
[[nodiscard]] std::optional<result::Finding> why_lost(const HttpReply& reply);

}  // namespace relaybench::doctor
