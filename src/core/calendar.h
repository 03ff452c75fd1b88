#pragma once

#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::core {

/// RFC 3339, UTC, whole seconds: "2026-11-21T04:15:00Z".
[[nodiscard]] std::string utc_text(WallTime time);

/// The same back; also with a fraction of a second. Other offsets than Z are refused, as are days that do not exist. Errors name the text and
/// what would be accepted. Years 1970 to 2200.
[[nodiscard]] Expected<WallTime> parse_utc(std::string_view text);

}  // namespace relaybench::core
