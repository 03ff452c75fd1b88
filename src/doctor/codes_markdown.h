#pragma once

#include <string>
#include <string_view>

namespace relaybench::doctor {

/// Above this line docs/doctor.md is written by hand, below it by codes_markdown().
inline constexpr std::string_view kGeneratedMark = "<!-- Below this line: written from the table of codes in src/doctor. -->\n";

/// A section for each finding code, under a heading for each category, in the order of the table; each has an anchor of the code's name.
[[nodiscard]] std::string codes_markdown();

}  // namespace relaybench::doctor
