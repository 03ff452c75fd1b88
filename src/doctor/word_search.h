#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace relaybench::doctor {

/// Whether a text holds any of these words, letter for letter.
[[nodiscard]] inline bool contains_any(std::string_view text, std::span<const std::string_view> words) {
    return std::ranges::any_of(words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

}  // namespace relaybench::doctor
