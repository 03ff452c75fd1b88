#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace relaybench::run {

/// A live snapshot for observers, summed over workers and arms (warm-up included in `open`, excluded elsewhere).
struct Progress {
    core::Duration elapsed{0};
    std::optional<core::Duration> planned;  ///< of the whole run, when the plan says
    std::optional<std::uint64_t> planned_streams;
    std::uint64_t open = 0;
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    std::uint64_t chunks = 0;
    double chunks_per_s = 0;                 ///< over the last interval
    std::optional<core::Duration> ttft_p50;  ///< so far
    std::optional<core::Duration> ttft_p99;
    enum class Phase : std::uint8_t { Warmup, Measuring, Draining } phase = Phase::Measuring;
};

/// Told about once a second, from a thread of its own; must be quick.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;
    virtual void on_progress(const Progress& progress) = 0;
};

}  // namespace relaybench::run
