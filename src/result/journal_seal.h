#pragma once

#include <string>
#include <string_view>

namespace relaybench::result {

/// Adds the checksum to one line's JSON object, and a newline: `{…}` becomes `{…,"crc32":"0a1b2c3d"}`, where the checksum is of the bytes before
/// `,"crc32"`. The object must not be empty.
[[nodiscard]] std::string sealed(std::string object);

/// Whether a line (without its newline) is whole and as it was written.
[[nodiscard]] bool is_sealed(std::string_view line);

}  // namespace relaybench::result
