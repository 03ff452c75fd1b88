#pragma once

#include <string>
#include <string_view>

namespace relaybench::report {

/// The text for a terminal or a log that shows nothing but ASCII: signs of ours by the nearest characters or a word ("…" is "...", "±" is
/// "+/-"), everything else by "?". Changes the width of a text: to be called before anything is laid out.
[[nodiscard]] std::string as_ascii(std::string_view text);

}  // namespace relaybench::report
