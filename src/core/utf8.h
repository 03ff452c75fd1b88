#pragma once

#include <cstddef>
#include <string_view>

namespace relaybench::core {

/// One character at the beginning of a text.
struct Utf8Character {
    char32_t code = 0;
    std::size_t bytes = 0;  ///< how many it takes; for an invalid one how many to skip (at least 1)
    bool valid = false;     ///< false for overlong forms, surrogates, above U+10FFFF, stray and missing continuation bytes
};

/// `text` must not be empty. An invalid sequence takes its maximal valid beginning, as the Unicode standard recommends (chapter 3.9).
[[nodiscard]] Utf8Character first_character(std::string_view text);

}  // namespace relaybench::core
