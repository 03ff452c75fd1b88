#include <doctest/doctest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/clock.h"
#include "relay/embedded_process.h"

namespace relay = relaybench::relay;
namespace fs = std::filesystem;

namespace {

/// A shell script in the place of the program: it shows what EmbeddedProcess gives to its child.
class Script {
  public:
    explicit Script(const std::string& body) {
        std::string pattern = (fs::temp_directory_path() / "relaybench-script-XXXXXX").string();
        const int fd = mkstemp(pattern.data());
        close(fd);
        path_ = pattern;
        std::ofstream(path_) << "#!/bin/sh\n" << body;
        fs::permissions(path_, fs::perms::owner_all);
    }
    Script(const Script&) = delete;
    Script& operator=(const Script&) = delete;
    ~Script() { fs::remove(path_); }
    [[nodiscard]] relay::EmbeddedOptions options() const {
        relay::EmbeddedOptions options;
        options.program = path_.string();
        return options;
    }

  private:
    fs::path path_;
};

// Says that it is ready, then lives until its life line ends.
constexpr const char* kGood = "echo '{\"port\":4321,\"pid\":'$$'}' >&3\nexec 3>&-\nread line <&4\n";

/// A descriptor that becomes readable when the process ends, whoever its parent is.
int pidfd_of(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

bool ends_within(int pidfd, int ms) {
    pollfd ended{pidfd, POLLIN, 0};
    return poll(&ended, 1, ms) == 1;
}

constexpr int kPatienceMs = 20'000;

}  // namespace

TEST_CASE("embedded process: knows the port and the URL of each dialect once the child is ready") {
    const relaybench::core::SystemClock clock;
    const Script script(kGood);
    const auto process = relay::EmbeddedProcess::start(script.options(), clock);
    REQUIRE_MESSAGE(process.has_value(), process.error().message);
    CHECK(process->port() == 4321);
    CHECK(process->alive());
    using relaybench::wire::Dialect;
    CHECK(process->base_url(Dialect::ChatSse) == "http://127.0.0.1:4321/v1");
    CHECK(process->base_url(Dialect::ProxySse) == "http://127.0.0.1:4321/proxy/v1");
    CHECK(process->base_url(Dialect::WsStream) == "ws://127.0.0.1:4321/v1");
}

TEST_CASE("embedded process: the child is gone when the object is") {
    const relaybench::core::SystemClock clock;
    const Script script(kGood);
    int pidfd = -1;
    {
        const auto process = relay::EmbeddedProcess::start(script.options(), clock);
        REQUIRE(process.has_value());
        pidfd = pidfd_of(process->pid());
    }
    CHECK(ends_within(pidfd, 0));
    close(pidfd);
}

TEST_CASE("embedded process: a child that does not obey is killed") {
    const relaybench::core::SystemClock clock;
    const Script script(std::string("trap '' TERM\n") + "echo '{\"port\":4321,\"pid\":1}' >&3\nexec 4<&-\nwhile :; do sleep 1; done\n");
    int pidfd = -1;
    {
        const auto process = relay::EmbeddedProcess::start(script.options(), clock);
        REQUIRE(process.has_value());
        pidfd = pidfd_of(process->pid());
    }
    CHECK(ends_within(pidfd, 0));
    close(pidfd);
}

TEST_CASE("embedded process: a child that fails is told in its own words, by who must act") {
    const relaybench::core::SystemClock clock;
    const Script bad_input("echo 'unknown relay profile \"fats\"' >&2\nexit 2\n");
    const auto first = relay::EmbeddedProcess::start(bad_input.options(), clock);
    REQUIRE_FALSE(first.has_value());
    CHECK(first.error().kind == relaybench::core::ErrorKind::BadInput);
    CHECK(first.error().message.find("unknown relay profile \"fats\"") != std::string::npos);
    const Script broken("exit 1\n");
    const auto second = relay::EmbeddedProcess::start(broken.options(), clock);
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().kind == relaybench::core::ErrorKind::Failure);
}

TEST_CASE("embedded process: a child that never gets ready is given up in time") {
    const relaybench::core::SystemClock clock;
    const Script script("read line <&4\n");
    relay::EmbeddedOptions options = script.options();
    options.ready_within = std::chrono::milliseconds(100);
    CHECK_FALSE(relay::EmbeddedProcess::start(options, clock).has_value());
}

TEST_CASE("embedded process: the child has no descriptor of its parent") {
    const relaybench::core::SystemClock clock;
    const int extra = open("/dev/null", O_RDONLY);  // without close-on-exec, as a careless library would
    REQUIRE(extra >= 0);
    const int high = fcntl(extra, F_DUPFD, 50);
    // The port says whether descriptor 50 exists in the child.
    const Script script("if [ -e /proc/$$/fd/" + std::to_string(high) +
                        " ]; then p=1; else p=2; fi\necho '{\"port\":'$p',\"pid\":0}' >&3\nread line <&4\n");
    const auto process = relay::EmbeddedProcess::start(script.options(), clock);
    close(extra);
    close(high);
    REQUIRE(process.has_value());
    CHECK(process->port() == 2);
}

TEST_CASE("embedded process: SIGKILL of the parent leaves no relay behind") {
    const Script script(kGood);
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe(pipe_ends.data()) == 0);
    const pid_t parent = fork();
    if (parent == 0) {
        const relaybench::core::SystemClock clock;
        const auto process = relay::EmbeddedProcess::start(script.options(), clock);
        const pid_t pid = process ? process->pid() : -1;
        static_cast<void>(write(pipe_ends[1], &pid, sizeof pid));
        pause();
        _exit(0);
    }
    pid_t relay_pid = -1;
    REQUIRE(read(pipe_ends[0], &relay_pid, sizeof relay_pid) == sizeof relay_pid);
    REQUIRE(relay_pid > 0);
    const int pidfd = pidfd_of(relay_pid);
    REQUIRE(pidfd >= 0);
    CHECK_FALSE(ends_within(pidfd, 0));
    kill(parent, SIGKILL);
    waitpid(parent, nullptr, 0);
    CHECK(ends_within(pidfd, kPatienceMs));
    close(pidfd);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}
