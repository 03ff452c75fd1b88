#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace relaybench::scenario {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits. Fails only when the crypto library does.
[[nodiscard]] core::Expected<std::string> sha256_hex(std::string_view bytes);

}  // namespace relaybench::scenario
