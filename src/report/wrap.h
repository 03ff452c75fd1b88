#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/style.h"

namespace relaybench::report {

/// `text` in at most `width` terminal columns; what is too long ends in "…".
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t width);

/// Words of `text` on lines of at most `width` columns, each with a newline: the first opens with `opening`, the others with as many blanks.
/// A word that is longer than a line gets a line of its own.
[[nodiscard]] std::string wrapped(std::string_view opening, std::string_view text, std::size_t width);

/// The same in the width and the symbols of a layout.
[[nodiscard]] std::string wrapped(std::string_view opening, std::string_view text, const Layout& layout);

/// `text` in pieces of at most `width` columns, broken between words, or within a word that is longer than that. At least one piece.
[[nodiscard]] std::vector<std::string> folded(std::string_view text, std::size_t width);

/// "1,482".
[[nodiscard]] std::string grouped(std::uint64_t count);

}  // namespace relaybench::report
