#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace relaybench::core {

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string base64_encode(std::string_view bytes);
[[nodiscard]] Expected<std::string> base64_decode(std::string_view text);

}  // namespace relaybench::core
