#pragma once

#include <optional>

#include "core/clock.h"
#include "doctor/examination.h"

namespace relaybench::doctor {

/// Whether the kernel says that something (NTP) keeps its calendar right; nothing where it cannot be asked.
[[nodiscard]] std::optional<bool> is_clock_synchronised();

/// Gives a subject the real files, calendar and clock state of this machine. The environment stays as it is.
void look_at_this_host(Subject& subject, const core::Clock& clock);

}  // namespace relaybench::doctor
