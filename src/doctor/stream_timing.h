#pragma once

#include "doctor/check.h"

namespace relaybench::doctor {

/// sse.ab: plays the stream in other ways when it is late, and notes what that shows. Never fails itself.
[[nodiscard]] Outcome check_stream_arms(const Subject& subject, Facts& facts);
/// sse.timing: what the stream and its arms mean.
[[nodiscard]] Outcome check_stream_timing(const Subject& subject, Facts& facts);

/// Of a relay that has no pages for doctor.
[[nodiscard]] Outcome without_stream_pages();

}  // namespace relaybench::doctor
