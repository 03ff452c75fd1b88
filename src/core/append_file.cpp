#include "core/append_file.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace relaybench::core {
namespace {

constexpr mode_t kModeOfNewFiles = 0666;

/// 0 or an errno.
int write_whole(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    // A pipe or a device has nothing to be synced.
    return ::fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS ? errno : 0;
}

std::string why(int error) { return std::generic_category().message(error); }

}  // namespace

Expected<AppendFile> AppendFile::create(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, kModeOfNewFiles);
    if (fd < 0) {
        return bad_input(fmt::format("cannot write {}: {}", path.native(), why(errno)));
    }
    AppendFile file(fd, path);
    struct stat status {};
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        return bad_input(fmt::format("{} exists already and is not empty; name a new file", path.native()));
    }
    return file;
}

AppendFile::AppendFile(AppendFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), size_(other.size_) {}

AppendFile::~AppendFile() {
    if (fd_ >= 0) {
        ::close(fd_);
    }
}

Expected<void> AppendFile::append(std::string_view piece) {
    if (const int error = write_whole(fd_, piece); error != 0) {
        static_cast<void>(::ftruncate(fd_, static_cast<off_t>(size_)));
        return failure(fmt::format("cannot write {}: {}", path_.native(), why(error)));
    }
    size_ += piece.size();
    return {};
}

}  // namespace relaybench::core
