#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"
#include "scenario/scenario.h"

namespace relaybench::load {

/// What a run has done so far, over all workers and arms.
struct Progress {
    core::Duration elapsed{0};            ///< since the start of the run, warm-up included
    std::uint64_t started_in_warmup = 0;  ///< streams
    std::uint64_t started_in_window = 0;  ///< streams of the measured window
    std::uint64_t tokens = 0;             ///< received, warm-up included
};

enum class StopCause : std::uint8_t { Duration, Count, TokenBudget, StreamBudget };

struct Stop {
    StopCause cause = StopCause::Duration;
    std::string reason;  ///< one line for people: "duration of 30s is over"
};

/// Says when no more streams are to be started: at the first of duration, count and budgets. A pure function of the progress. It does not
/// know of early ends (interrupts, gates that abort); what runs then is the caller's to drain.
class StopRule {
  public:
    explicit StopRule(const scenario::Scenario& scenario);

    /// Nothing: go on. Budgets come first, as they protect money; they include the warm-up.
    [[nodiscard]] std::optional<Stop> judge(const Progress& progress) const;

    /// When starts end by time, warm-up included; nullopt when only a count ends them.
    [[nodiscard]] std::optional<core::Duration> last_start() const { return last_start_; }
    /// Streams of the measured window, over all arms.
    [[nodiscard]] std::optional<std::uint64_t> total_count() const { return total_count_; }

  private:
    core::Duration window_{0};
    std::optional<core::Duration> last_start_;
    std::optional<std::uint64_t> total_count_;
    scenario::Budget budget_;
};

/// How long the measured window is by time: the duration, the stages of a ramp, kDefaultDuration when nothing is given, or nullopt when a
/// count alone ends it.
[[nodiscard]] std::optional<core::Duration> window_of(const scenario::Load& load);

}  // namespace relaybench::load
