#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace relaybench::core {

/// The candidate nearest to `word` by Damerau-Levenshtein distance, if near enough to be a slip (at most a third of the word's length,
/// at least 1). Case differences cost nothing.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// ` (did you mean "x"?)` or an empty string; ready to be appended to an error line.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// `a, b or c`.
[[nodiscard]] std::string listed(std::span<const std::string_view> words);

/// Text from outside made safe to show in a terminal or a log: C0 and C1 controls, escape sequences, bidi overrides and invalid UTF-8
/// are replaced (newlines and tabs by a blank, the rest by U+FFFD). The result never takes more than `max_bytes`: what is longer is cut on a
/// character boundary and ends with "…".
[[nodiscard]] std::string printable(std::string_view untrusted, std::size_t max_bytes);

/// Columns that UTF-8 text takes in a terminal (combining marks 0, East Asian wide 2).
[[nodiscard]] std::size_t display_width(std::string_view utf8);

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] bool iequals(std::string_view a, std::string_view b);
[[nodiscard]] std::string lowercase(std::string_view text);

}  // namespace relaybench::core
