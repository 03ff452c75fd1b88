#pragma once

namespace relaybench::doctor {

/// Whether a small letter outside ASCII looks, in most faces, like this one of ASCII: of Latin with a mark, Greek or Cyrillic.
[[nodiscard]] bool looks_like_letter(char32_t written, char32_t original);

}  // namespace relaybench::doctor
