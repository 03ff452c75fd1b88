#include "core/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace relaybench::core {

Expected<TemporaryFolder> TemporaryFolder::make() {
    std::error_code error;
    const auto parent = std::filesystem::temp_directory_path(error);
    if (error) {
        return failure(fmt::format("no folder for temporary files (TMPDIR): {}", error.message()));
    }
    std::string name = (parent / "relaybench-XXXXXX").native();
    if (mkdtemp(name.data()) == nullptr) {
        return failure(fmt::format("cannot make a folder in {}: {}", parent.native(), std::generic_category().message(errno)));
    }
    return TemporaryFolder(std::move(name));
}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

TemporaryFolder::~TemporaryFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

}  // namespace relaybench::core
