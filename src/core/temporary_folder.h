#pragma once

#include <filesystem>
#include <utility>

#include "core/error.h"

namespace relaybench::core {

/// A fresh folder that only this user can look into (mode 0700), under TMPDIR or the system's; gone, with all that is in it, when this
/// object is.
class TemporaryFolder {
  public:
    [[nodiscard]] static Expected<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;  ///< empty: moved from
};

}  // namespace relaybench::core
