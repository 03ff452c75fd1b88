#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace relaybench::core {

/// A new file that only grows, and whose bytes are on the disk when append() has returned: what a killed process leaves behind is whole but
/// for the piece that was being written.
class AppendFile {
  public:
    /// Creates the file. Refuses one that exists and is not empty; a device is written to as it is.
    [[nodiscard]] static Expected<AppendFile> create(const std::filesystem::path& path);

    AppendFile(AppendFile&& other) noexcept;
    AppendFile& operator=(AppendFile&&) = delete;
    ~AppendFile();

    /// All of `piece` or nothing: when it fails (full disk), what was written of it is cut off again, and a later piece may succeed.
    [[nodiscard]] Expected<void> append(std::string_view piece);

  private:
    AppendFile(int fd, std::filesystem::path path) : fd_(fd), path_(std::move(path)) {}

    int fd_;
    std::filesystem::path path_;
    std::size_t size_ = 0;  ///< of whole pieces
};

}  // namespace relaybench::core
