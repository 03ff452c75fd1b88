#include "core/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace relaybench::core {
namespace {

namespace fs = std::filesystem;

constexpr int kTemporaryNames = 100;
constexpr std::size_t kReadBlock = 65536;
constexpr mode_t kDefaultMode = 0666;
constexpr mode_t kModeBits = 07777;

std::string reason(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> cannot_write(const fs::path& path, int error) {
    return failure(fmt::format("cannot write {}: {}", path.native(), reason(error)));
}

tl::unexpected<Error> cannot_read(const fs::path& path, std::string_view why) {
    return bad_input(fmt::format("cannot read {}: {}", path.native(), why));
}

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { static_cast<void>(close_now()); }

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    /// 0 or the errno: some file systems report a full disk only here.
    [[nodiscard]] int close_now() {
        const int fd = std::exchange(fd_, -1);
        return fd >= 0 && ::close(fd) != 0 ? errno : 0;
    }

  private:
    int fd_;
};

/// The steps below return 0 or an errno, so that the first one that fails ends a chain.
int write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return errno;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return 0;
}

std::optional<struct stat> status_of(const fs::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

/// Replacing what is behind /dev/stdout would cut the file off from the shell that opened it, or replace the device itself.
bool is_written_directly(const fs::path& path, const std::optional<struct stat>& existing) {
    const std::string text = fs::absolute(path).lexically_normal().native();
    return text.starts_with("/dev/") || text.starts_with("/proc/") || (existing && !S_ISREG(existing->st_mode));
}

int write_directly(const fs::path& path, std::string_view bytes) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open()) {
        return errno;
    }
    const int written = write_all(file.fd(), bytes);
    const int closed = file.close_now();
    return written != 0 ? written : closed;
}

/// Creates `path`, which must not exist yet, with all bytes on the disk.
int write_new_file(const fs::path& path, std::string_view bytes, const std::optional<struct stat>& model) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kDefaultMode));
    if (!file.is_open()) {
        return errno;
    }
    if (model && ::fchmod(file.fd(), model->st_mode & kModeBits) != 0) {
        return errno;
    }
    if (const int error = write_all(file.fd(), bytes); error != 0) {
        return error;
    }
    return ::fsync(file.fd()) != 0 ? errno : file.close_now();
}

/// Makes the rename itself last. Not every file system can sync a folder, and the data are safe by then, so a refusal is no error.
void sync_folder(const fs::path& folder) {
    const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (descriptor.is_open()) {
        static_cast<void>(::fsync(descriptor.fd()));
    }
}

int replace(const fs::path& target, std::string_view bytes, const std::optional<struct stat>& existing) {
    const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
    for (int i = 0; i < kTemporaryNames; ++i) {
        const fs::path temporary = folder / fmt::format(".relaybench-{}-{}.tmp", ::getpid(), i);
        int error = write_new_file(temporary, bytes, existing);
        if (error == EEXIST) {
            continue;
        }
        if (error == 0 && ::rename(temporary.c_str(), target.c_str()) != 0) {
            error = errno;
        }
        if (error != 0) {
            ::unlink(temporary.c_str());
            return error;
        }
        sync_folder(folder);
        return 0;
    }
    return EEXIST;
}

}  // namespace

Expected<void> write_file_atomically(const fs::path& path, std::string_view bytes) {
    const std::optional<struct stat> existing = status_of(path);
    if (existing && S_ISDIR(existing->st_mode)) {
        return cannot_write(path, EISDIR);
    }
    int error = 0;
    if (is_written_directly(path, existing)) {
        error = write_directly(path, bytes);
    } else {
        std::error_code unresolved;  // a link keeps pointing to the file that is replaced
        const fs::path target = existing ? fs::canonical(path, unresolved) : path;
        error = unresolved ? unresolved.value() : replace(target, bytes, existing);
    }
    if (error != 0) {
        return cannot_write(path, error);
    }
    return {};
}

Expected<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open()) {
        return cannot_read(path, reason(errno));
    }
    std::string bytes;
    std::array<char, kReadBlock> block{};
    for (;;) {
        const ssize_t got = ::read(file.fd(), block.data(), block.size());
        if (got == 0) {
            return bytes;
        }
        if (got < 0 && errno != EINTR) {
            return cannot_read(path, reason(errno));
        }
        bytes.append(block.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (bytes.size() > max_bytes) {
            return cannot_read(path, fmt::format("it is larger than {} bytes, the limit for this kind of file", max_bytes));
        }
    }
}

}  // namespace relaybench::core
