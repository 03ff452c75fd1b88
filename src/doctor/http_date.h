#pragma once

#include <optional>
#include <string_view>

#include "core/clock.h"

namespace relaybench::doctor {

/// An HTTP date in its one current form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
[[nodiscard]] std::optional<core::WallTime> parse_http_date(std::string_view text);

/// What the peer's clock showed when it answered: by its Date, and by the Age (RFC 9111 §5.1) of an answer that a cache kept since then.
[[nodiscard]] std::optional<core::WallTime> peer_time(std::string_view date, std::string_view age);

}  // namespace relaybench::doctor
