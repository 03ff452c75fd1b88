#include <sched.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <csignal>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "core/file.h"
#include "core/units.h"
#include "net/event_loop.h"
#include "net/listener_watch.h"
#include "relay/profile_source.h"
#include "relay/relay_options.h"
#include "relay/server.h"

namespace relaybench::relay {
namespace {

std::string system_reason() { return std::generic_category().message(errno); }

core::Expected<net::ListenerOptions> listener_options(const RelayOptions& options) {
    const std::size_t colon = options.listen.rfind(':');
    const std::string_view text = options.listen;
    const auto port = core::parse_count(colon == std::string::npos ? std::string_view{} : text.substr(colon + 1));
    constexpr std::uint64_t kHighestPort = 65535;
    if (!port || *port > kHighestPort) {
        return core::bad_input(
            fmt::format("\"{}\" is no listening address, expected ADDRESS:PORT such as 127.0.0.1:8088 or [::1]:0", text));
    }
    if (options.certificate_file.empty() != options.key_file.empty()) {
        return core::bad_input("TLS needs both a certificate and its key, expected CERT,KEY");
    }
    net::ListenerOptions listening;
    listening.address = text.substr(0, colon);
    if (listening.address.starts_with('[') && listening.address.ends_with(']')) {
        listening.address = listening.address.substr(1, listening.address.size() - 2);
    }
    listening.port = static_cast<std::uint16_t>(*port);
    listening.certificate_file = options.certificate_file;
    listening.key_file = options.key_file;
    return listening;
}

core::Expected<void> pin_to(unsigned cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0) {
        return core::bad_input(fmt::format("cannot run on core {}: {}", cpu, system_reason()));
    }
    return {};
}

/// Thousands of streams need as many descriptors; what the hard limit allows is not worth asking for.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/// SIGTERM and SIGINT as a readable descriptor, for as long as this lives.
class StopSignals {
  public:
    StopSignals() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGTERM);
        sigaddset(&signals_, SIGINT);
        pthread_sigmask(SIG_BLOCK, &signals_, &before_);
        fd_ = signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
    }
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    ~StopSignals() {
        signalfd_siginfo taken{};
        // Otherwise a signal that was taken as the wish to stop would strike when it is unblocked.
        while (read(fd_, &taken, sizeof taken) > 0) {
        }
        close(fd_);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    [[nodiscard]] int fd() const { return fd_; }

  private:
    sigset_t signals_{};
    sigset_t before_{};
    int fd_ = -1;
};

core::Expected<void> say_ready(int fd, std::uint16_t port) {
    const std::string line = fmt::format("{{\"port\":{},\"pid\":{}}}\n", port, getpid());
    const bool written = write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    const std::string why = system_reason();
    close(fd);
    if (!written) {
        return core::failure(fmt::format("cannot say on descriptor {} that the relay is ready: {}", fd, why));
    }
    return {};
}

/// The address as it was given, with the port that was really taken.
std::string base_url(const RelayOptions& options, std::uint16_t port) {
    const std::string_view address = std::string_view(options.listen).substr(0, options.listen.rfind(':'));
    return fmt::format("{}://{}:{}/v1", options.certificate_file.empty() ? "http" : "https", address, port);
}

core::Expected<void> serve_until_stopped(const RelayOptions& options, Server& server, net::EventLoop& loop) {
    bool stopped = false;
    const StopSignals signals;
    const net::ReadableWatch on_signal(loop, signals.fd(), [&stopped] { stopped = true; });
    std::optional<net::ReadableWatch> on_stop_fd;
    if (options.stop_fd) {
        on_stop_fd.emplace(loop, *options.stop_fd, [&stopped] { stopped = true; });
    }
    if (options.ready_fd) {
        if (auto said = say_ready(*options.ready_fd, server.port()); !said) {
            return said;
        }
    }
    if (options.on_listening) {
        options.on_listening(base_url(options, server.port()));
    }
    while (!stopped) {
        server.run_once(core::TimePoint::max());
    }
    return {};
}

}  // namespace

core::Expected<void> serve(const RelayOptions& options, const core::Clock& clock) {
    auto profile = read_profile(options.profile);
    if (!profile) {
        return tl::unexpected(std::move(profile).error());
    }
    const auto listening = listener_options(options);
    if (!listening) {
        return tl::unexpected(listening.error());
    }
    if (options.cpu) {
        if (auto pinned = pin_to(*options.cpu); !pinned) {
            return pinned;
        }
    }
    raise_descriptor_limit();
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    const std::string name = profile->name;
    net::EventLoop loop(clock);
    Server server(loop, clock, *std::move(profile), options.seed, options.offer);
    if (auto listens = server.listen(*listening); !listens) {
        return listens;
    }
    if (auto served = serve_until_stopped(options, server, loop); !served || options.truth_file.empty()) {
        return served;
    }
    return core::write_file_atomically(options.truth_file, truth_json(server.truth(), name));
}

}  // namespace relaybench::relay
