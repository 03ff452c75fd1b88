#pragma once

#include <optional>
#include <vector>

#include "core/clock.h"
#include "doctor/examination.h"

namespace relaybench::doctor {

struct Facts;

/// How far the times of short answers lie apart when the slowest and the quickest are left out: one lost packet makes no uneven line. Nothing
/// when there are too few. Pure.
[[nodiscard]] std::optional<core::Duration> unevenness_of(std::vector<core::Duration> times);

/// Whether a line that is so uneven makes events this late. A buffer on an even line does not, and neither does a line whose delay varies a
/// little when events are held for seconds. Pure.
[[nodiscard]] bool explains(core::Duration unevenness, core::Duration lag);

/// How long the relay's answer to the question for a stream takes that is over at once: nothing holds back what has ended.
[[nodiscard]] std::optional<core::Duration> time_of_empty_stream(const Subject& subject, const Facts& facts);
/// Asks for that, one after another, for some three seconds.
[[nodiscard]] std::optional<core::Duration> measure_unevenness(const Subject& subject, const Facts& facts);

}  // namespace relaybench::doctor
