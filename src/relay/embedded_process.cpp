#include "relay/embedded_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "relay/child_process.h"

namespace relaybench::relay {
namespace {

constexpr std::chrono::milliseconds kObeyWithin{2000};
constexpr std::chrono::milliseconds kBetweenLooks{5};
constexpr std::size_t kErrorTailBytes = 2000;
constexpr int kBadInputStatus = 2;  // the program's exit code for bad input

std::vector<std::string> arguments_of(const EmbeddedOptions& options) {
    std::vector<std::string> arguments{"relaybench", "relay", "--listen", "127.0.0.1:0", "--profile", options.profile};
    const auto add = [&arguments](const char* flag, std::string value) {
        arguments.emplace_back(flag);
        arguments.push_back(std::move(value));
    };
    add("--seed", std::to_string(options.seed));
    add("--ready-fd", std::to_string(kReadyFd));
    add("--stop-fd", std::to_string(kLifeFd));
    if (!options.certificate_file.empty()) {
        add("--tls", options.certificate_file + "," + options.key_file);
    }
    if (options.cpu) {
        add("--cpu", std::to_string(*options.cpu));
    }
    if (!options.truth_file.empty()) {
        add("--truth", options.truth_file);
    }
    return arguments;
}

/// A line from the pipe, or nothing when it ended or the time was over before.
std::optional<std::string> read_line(int fd, core::TimePoint until, const core::Clock& clock) {
    std::string line;
    while (clock.now() < until) {
        pollfd readable{fd, POLLIN, 0};
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until - clock.now());
        if (poll(&readable, 1, static_cast<int>(wait.count())) <= 0) {
            continue;
        }
        std::array<char, 256> buffer{};
        const ssize_t bytes = read(fd, buffer.data(), buffer.size());
        if (bytes <= 0) {
            return std::nullopt;
        }
        line.append(buffer.data(), static_cast<std::size_t>(bytes));
        if (line.ends_with('\n')) {
            return line;
        }
    }
    return std::nullopt;
}

/// The ready line is ours: `{"port":N,…`.
std::uint16_t port_in(std::string_view line) {
    constexpr std::string_view kKey = R"({"port":)";
    std::uint16_t port = 0;
    if (line.starts_with(kKey)) {
        std::from_chars(line.data() + kKey.size(), line.data() + line.size(), port);
    }
    return port;
}

std::string tail_of(int fd) {
    const off_t size = lseek(fd, 0, SEEK_END);
    const off_t from = std::max<off_t>(0, size - static_cast<off_t>(kErrorTailBytes));
    std::string text(static_cast<std::size_t>(std::max<off_t>(0, size - from)), '\0');
    const ssize_t bytes = pread(fd, text.data(), text.size(), from);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(0, bytes)));
    return std::string(core::trimmed(text));
}

/// The exit status of a child that is about to end or is made to; -1 when it had to be killed.
int reap(pid_t pid) {
    int status = 0;
    const auto looks = kObeyWithin / kBetweenLooks;
    for (int i = 0; i < looks; ++i) {
        if (waitpid(pid, &status, WNOHANG) != 0) {
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        poll(nullptr, 0, static_cast<int>(kBetweenLooks.count()));
    }
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return -1;
}

tl::unexpected<core::Error> not_started(const EmbeddedOptions& options, pid_t pid, int errors) {
    kill(pid, SIGTERM);
    const int status = reap(pid);
    const std::string words = tail_of(errors);
    const std::string message = words.empty() ? fmt::format("{} said nothing", options.program) : words;
    const auto text = fmt::format("the embedded relay ({}) did not start: {}", options.profile, message);
    return status == kBadInputStatus ? core::bad_input(text) : core::failure(text);
}

}  // namespace

core::Expected<EmbeddedProcess> EmbeddedProcess::start(const EmbeddedOptions& options, const core::Clock& clock) {
    std::array<int, 2> ready{-1, -1};
    std::array<int, 2> life{-1, -1};
    const bool piped = pipe2(ready.data(), O_CLOEXEC) == 0 && pipe2(life.data(), O_CLOEXEC) == 0;
    const OwnFd ready_end(ready[0]);
    OwnFd ready_child(ready[1]);
    OwnFd life_child(life[0]);
    OwnFd life_end(life[1]);
    // A file in memory: unlike a pipe it never makes the child wait for a reader.
    const OwnFd errors(memfd_create("relay-stderr", MFD_CLOEXEC));
    if (!piped || errors.get() < 0) {
        return core::failure(fmt::format("cannot start the embedded relay: {}", std::generic_category().message(errno)));
    }
    const auto pid = start_child(options.program, arguments_of(options), {ready_child.get(), life_child.get(), errors.get()});
    if (!pid) {
        return tl::unexpected(pid.error());
    }
    ready_child.reset();
    life_child.reset();
    const auto line = read_line(ready_end.get(), clock.now() + options.ready_within, clock);
    const std::uint16_t port = port_in(line.value_or(""));
    if (port == 0) {
        return not_started(options, *pid, errors.get());
    }
    EmbeddedProcess process;
    process.pid_ = *pid;
    process.life_line_ = life_end.release();
    process.port_ = port;
    process.tls_ = !options.certificate_file.empty();
    return process;
}

EmbeddedProcess::EmbeddedProcess(EmbeddedProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), life_line_(std::exchange(other.life_line_, -1)), port_(other.port_), tls_(other.tls_) {}

EmbeddedProcess& EmbeddedProcess::operator=(EmbeddedProcess&& other) noexcept {
    if (this != &other) {
        stop();
        pid_ = std::exchange(other.pid_, -1);
        life_line_ = std::exchange(other.life_line_, -1);
        port_ = other.port_;
        tls_ = other.tls_;
    }
    return *this;
}

EmbeddedProcess::~EmbeddedProcess() { stop(); }

void EmbeddedProcess::stop() noexcept {
    if (life_line_ >= 0) {
        close(life_line_);
        life_line_ = -1;
    }
    if (pid_ > 0) {
        kill(pid_, SIGTERM);
        reap(pid_);
        pid_ = -1;
    }
}

std::string EmbeddedProcess::base_url(wire::Dialect dialect) const {
    const bool websocket = wire::info(dialect).carrier == wire::Carrier::WebSocket;
    const std::string_view prefix = dialect == wire::Dialect::ProxySse ? "/proxy" : "";
    return fmt::format("{}{}://127.0.0.1:{}{}/v1", websocket ? "ws" : "http", tls_ ? "s" : "", port_, prefix);
}

bool EmbeddedProcess::alive() const {
    // WNOWAIT: whoever asks must not take the exit status away from stop().
    siginfo_t state{};
    return pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &state, WEXITED | WNOHANG | WNOWAIT) == 0 && state.si_pid == 0;
}

}  // namespace relaybench::relay
