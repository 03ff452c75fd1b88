#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::relay {

/// What `relaybench relay` was asked to do. The flag that fills each field is named beside it.
struct RelayOptions {
    std::string listen = "127.0.0.1:0";  ///< --listen ADDR:PORT; numeric address, IPv6 in brackets; port 0: the system picks one
    std::string profile = "fast";        ///< --profile: see read_profile() in profile_source.h
    std::string certificate_file;        ///< --tls CERT,KEY (PEM); both empty: plain
    std::string key_file;
    std::uint64_t seed = 1;       ///< --seed
    std::optional<int> ready_fd;  ///< --ready-fd: one line `{"port":N,"pid":N}` is written there, then it is closed
    std::optional<int> stop_fd;   ///< --stop-fd: readable or at its end: the relay stops (life line of an embedding process)
    std::optional<unsigned> cpu;  ///< --cpu: pins the process to this core
    std::string truth_file;       ///< --truth: on exit, what was really sent and when (JSON)
    std::function<void(const std::string& base_url)> on_listening;  ///< told once signals are minded and clients are heard
    /// --doctor-endpoint: nothing but the pages that doctor measures paths with, to be put beside a real relay.
    enum class Offer : std::uint8_t { Everything, DoctorPages } offer = Offer::Everything;
};

/// Serves until SIGTERM, SIGINT, the stop fd, or the parent's death. BadInput: the profile, the address or the certificate; Failure: the
/// system (port taken, no descriptors, truth file not writable). Takes over SIGTERM, SIGINT and SIGPIPE of the process, raises its
/// descriptor limit, and runs on the calling thread alone.
[[nodiscard]] core::Expected<void> serve(const RelayOptions& options, const core::Clock& clock);

}  // namespace relaybench::relay
