#include "relay/child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

namespace relaybench::relay {
namespace {

constexpr int kFirstForeignFd = 5;
constexpr int kAboveOurs = 16;
constexpr int kExecFailed = 127;

/// Everything that the child needs, made before the fork: it must not allocate.
struct ChildPlan {
    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    ChildDescriptors descriptors;
    pid_t parent = 0;
};

/// Runs in the child. Descriptors are first moved out of the way of the numbers that they will get.
[[noreturn]] void become(const ChildPlan& plan) {
    setpgid(0, 0);  // a terminal's Ctrl-C is for the parent, which still measures while it drains
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != plan.parent) {
        _exit(kExecFailed);  // the parent died before the line above
    }
    const int ready = fcntl(plan.descriptors.ready, F_DUPFD, kAboveOurs);
    const int life_line = fcntl(plan.descriptors.life_line, F_DUPFD, kAboveOurs);
    const int errors = fcntl(plan.descriptors.errors, F_DUPFD, kAboveOurs);
    const int nothing = open("/dev/null", O_RDWR);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    dup2(ready, kReadyFd);
    dup2(life_line, kLifeFd);
    close_range(kFirstForeignFd, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(plan.program, plan.arguments, plan.environment);
    _exit(kExecFailed);
}

/// What a relay has a use for: where programs and libraries are, how time and sanitizers behave. Keys and passwords stay with us.
std::vector<char*> harmless_environment() {
    constexpr std::array<std::string_view, 12> kNeeded = {"PATH=", "HOME=", "TMPDIR=", "TZ=",   "LANG=", "LC_",
                                                          "LD_",   "ASAN_", "UBSAN_",  "TSAN_", "LSAN_", "GCOV_"};
    std::vector<char*> kept;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (std::ranges::any_of(kNeeded, [text](std::string_view start) { return text.starts_with(start); })) {
            kept.push_back(*entry);
        }
    }
    kept.push_back(nullptr);
    return kept;
}

}  // namespace

core::Expected<pid_t> start_child(const std::string& program, std::vector<std::string> arguments, const ChildDescriptors& descriptors) {
    std::vector<char*> raw;
    raw.reserve(arguments.size() + 1);
    for (std::string& argument : arguments) {
        raw.push_back(argument.data());
    }
    raw.push_back(nullptr);
    const std::vector<char*> environment = harmless_environment();
    const ChildPlan plan{program.c_str(), raw.data(), environment.data(), descriptors, getpid()};
    const pid_t pid = fork();
    if (pid == 0) {
        become(plan);
    }
    if (pid < 0) {
        return core::failure(fmt::format("cannot start a process for the embedded relay: {}", std::generic_category().message(errno)));
    }
    return pid;
}

int OwnFd::release() {
    const int fd = fd_;
    fd_ = -1;
    return fd;
}

void OwnFd::reset() {
    if (fd_ >= 0) {
        close(fd_);
        fd_ = -1;
    }
}

}  // namespace relaybench::relay
