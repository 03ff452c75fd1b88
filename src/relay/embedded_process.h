#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"
#include "wire/dialect.h"

namespace relaybench::relay {

struct EmbeddedOptions {
    std::string program = "/proc/self/exe";  ///< run as `program relay --listen …`
    std::string profile = "fast";            ///< see read_profile()
    std::string certificate_file;            ///< TLS when set, with key_file
    std::string key_file;
    std::uint64_t seed = 1;
    std::optional<unsigned> cpu;  ///< pins the relay to this core
    std::string truth_file;       ///< see RelayOptions
    std::chrono::milliseconds ready_within = std::chrono::seconds(10);
};

/// The embedded relay as a child process with descriptors and CPU account of its own. It is gone when this object is, and when this
/// process dies, even by SIGKILL: its life line (a pipe) then ends, and the kernel sends it SIGTERM. The latter is bound to the thread
/// that called start(), which therefore must live as long as the relay.
class EmbeddedProcess {
  public:
    /// Waits until the relay listens. BadInput carries the relay's own words (a bad profile or certificate); Failure: it did not start.
    [[nodiscard]] static core::Expected<EmbeddedProcess> start(const EmbeddedOptions& options, const core::Clock& clock);
    EmbeddedProcess(EmbeddedProcess&& other) noexcept;
    EmbeddedProcess& operator=(EmbeddedProcess&& other) noexcept;
    /// Ends the relay (its truth file is written then) and waits for it; one that does not obey within two seconds is killed.
    ~EmbeddedProcess();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Where a client of this dialect must go: "http://127.0.0.1:PORT/v1", "ws://…" for WebSockets, "…/proxy/v1" for proxy-sse.
    [[nodiscard]] std::string base_url(wire::Dialect dialect) const;
    /// True while the relay runs.
    [[nodiscard]] bool alive() const;

  private:
    EmbeddedProcess() = default;
    void stop() noexcept;

    pid_t pid_ = -1;
    int life_line_ = -1;
    std::uint16_t port_ = 0;
    bool tls_ = false;
};

}  // namespace relaybench::relay
