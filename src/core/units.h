#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::core {

/// "250us", "500ms", "1.5s", "2m", "1h", and sums such as "1m30s". A bare number is refused: the unit is part of the value.
/// Accepts "µs" too. Negative values are refused. Errors name the text and what would be accepted.
[[nodiscard]] Expected<Duration> parse_duration(std::string_view text);

/// Events a second: "20/s", "0.5/s", "60/min", "3600/h"; a bare number means a second.
[[nodiscard]] Expected<double> parse_rate(std::string_view text);

/// "5%" or "0.05" → 0.05; must lie in 0..1.
[[nodiscard]] Expected<double> parse_ratio(std::string_view text);

/// A whole non-negative number, with optional k/M suffix ("10k" = 10,000). No sign, no blanks.
[[nodiscard]] Expected<std::uint64_t> parse_count(std::string_view text);

/// Shortest exact form with a unit that parse_duration reads back: "500ms", "1.5s", "2m".
[[nodiscard]] std::string duration_text(Duration duration);

/// For people, three significant digits: "812 µs", "12.3 ms", "1.20 s", "2 m 05 s".
[[nodiscard]] std::string human_duration(Duration duration);

/// For people: "999", "12.3 k", "4.56 M".
[[nodiscard]] std::string human_count(double count);

/// For people: "812 B", "1.2 MiB".
[[nodiscard]] std::string human_bytes(double bytes);

/// "12 %", "0.08 %": at most three significant digits; "0 %" only for exactly zero, "100 %" only for exactly one.
[[nodiscard]] std::string human_ratio(double ratio);

}  // namespace relaybench::core
