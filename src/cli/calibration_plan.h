#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "result/calibration.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// What `calibrate` was told about what to play. Absent: the default.
struct CalibrationFlags {
    std::vector<std::string> dialects;
    std::vector<std::string> streams;
    std::vector<std::string> rates;
    std::uint32_t tls = 0;  ///< how often --tls was given
    std::uint32_t no_tls = 0;
    std::optional<std::string> duration;
    std::optional<std::string> workers;
};

/// What is played, one load after the other.
struct CalibrationPlan {
    std::vector<result::CalibrationLoad> loads;
    core::Duration duration = std::chrono::seconds(6);
    std::uint32_t workers = 1;
};

/// Every dialect with every number of streams at every rate. By default SSE, WebSocket and SSE over TLS, at 100 × 20/s, 1,000 × 20/s and
/// 1,000 × 100/s. All problems of the flags at once.
[[nodiscard]] core::Expected<CalibrationPlan> plan_calibration(const CalibrationFlags& flags);

/// The plan in words, for --dry-run.
[[nodiscard]] std::string plan_text(const CalibrationPlan& plan);

/// One load as a scenario: a closed loop of endless streams against a relay that is asked for its send stamps. Its URL is still to come.
[[nodiscard]] scenario::Scenario calibration_scenario(const CalibrationPlan& plan, const result::CalibrationLoad& load);

/// From the start of the first stream to that of the last.
[[nodiscard]] core::Duration time_of_starting(const CalibrationPlan& plan, const result::CalibrationLoad& load);

/// The relay's profile for a load: chunks at its rate, streams out of step with one another, so that a read finds one chunk.
[[nodiscard]] std::string steady_profile(const result::CalibrationLoad& load);

}  // namespace relaybench::cli
