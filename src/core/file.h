#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace relaybench::core {

/// Writes through a temporary file in the same folder, fsync and rename: a reader sees the old file or the whole new one. On any error
/// (full disk included) the old file is untouched and the temporary one is gone. A path that is a device or a pipe (such as /dev/stdout)
/// is written to directly.
[[nodiscard]] Expected<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// The whole file; refuses a folder, and more than `max_bytes`.
[[nodiscard]] Expected<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

}  // namespace relaybench::core
