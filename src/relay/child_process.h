#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "core/error.h"

namespace relaybench::relay {

/// Numbers of the descriptors that a child is born with besides 0, 1 and 2.
inline constexpr int kReadyFd = 3;
inline constexpr int kLifeFd = 4;

/// What a child inherits; all other descriptors are closed in it.
struct ChildDescriptors {
    int ready = -1;      ///< becomes kReadyFd
    int life_line = -1;  ///< becomes kLifeFd
    int errors = -1;     ///< becomes standard error
};

/// fork and exec. Of the environment the child gets what it has a use for, and no keys. It gets SIGTERM when the calling thread ends. Safe in a process with threads: between fork and exec only
/// async-signal-safe calls are made. The program's absence shows as a child that exits with 127.
[[nodiscard]] core::Expected<pid_t> start_child(const std::string& program, std::vector<std::string> arguments,
                                                const ChildDescriptors& descriptors);

/// A descriptor that closes itself.
class OwnFd {
  public:
    explicit OwnFd(int fd = -1) : fd_(fd) {}
    OwnFd(const OwnFd&) = delete;
    OwnFd& operator=(const OwnFd&) = delete;
    ~OwnFd() { reset(); }
    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] int release();
    void reset();

  private:
    int fd_;
};

}  // namespace relaybench::relay
