#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "result/run_result.h"
#include "wire/dialect.h"

namespace relaybench::result {

/// What was played to measure our own stamps, over what.
struct CalibrationLoad {
    wire::Dialect dialect = wire::Dialect::ChatSse;
    bool tls = false;
    std::uint32_t streams = 0;
    double rate_per_s = 0;  ///< chunks of each stream
};

/// "chat-sse", "chat-sse TLS".
[[nodiscard]] std::string transport_text(const CalibrationLoad& load);
/// "1,000 × 20/s".
[[nodiscard]] std::string load_text(const CalibrationLoad& load);

/// One load, played: how far our stamps were from those of the relay, and whether the generator kept up meanwhile.
struct CalibrationRun {
    CalibrationLoad load;
    StampError error;
    bool kernel_stamps = false;                    ///< the kernel stamped the reads: else `error.ttft` and `error.gap` are the user's too
    double chunks_per_s = 0;                       ///< really received
    double coalesced_share = 0;                    ///< of the chunks
    std::optional<core::Duration> read_delay_p99;  ///< known from kernel stamps only
    double worker_cpu_share = 0;                   ///< of the busiest worker
    std::vector<std::string> saturated_by;         ///< why the generator did not keep up; empty: it did
};

/// What `relaybench calibrate` found.
struct Calibration {
    std::string version;
    std::string host;
    std::string started_at;      ///< RFC 3339, UTC
    core::Duration duration{0};  ///< of each run
    std::uint32_t workers = 1;
    bool partial = false;  ///< interrupted before all loads were played
    std::vector<CalibrationRun> runs;
};

/// As docs/calibration.md describes it: a row a run and stamp source.
[[nodiscard]] std::string calibration_json(const Calibration& calibration);

}  // namespace relaybench::result
