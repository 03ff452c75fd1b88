#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/clock.h"

namespace relaybench::report {

/// Where a run stands, as its progress lines show it.
struct ProgressView {
    core::Duration elapsed{0};
    std::optional<core::Duration> planned;
    std::optional<std::uint64_t> planned_streams;
    std::uint64_t open = 0;
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
    double chunks_per_s = 0;
    std::optional<core::Duration> ttft_p50;
    std::optional<core::Duration> ttft_p99;
    enum class Phase : std::uint8_t { Warmup, Measuring, Draining } phase = Phase::Measuring;
};

/// One line without a newline, at most `width` columns, to be drawn over the last one on a terminal: what matters least is left out first.
[[nodiscard]] std::string progress_line(const ProgressView& view, std::size_t width);

/// "waiting for --start-at: 12 s left", without a newline.
[[nodiscard]] std::string waiting_line(core::Duration left);

/// One whole line with a newline for logs: the same facts, no bar.
[[nodiscard]] std::string progress_log_line(const ProgressView& view);

/// By the plan's duration, or by its streams at the pace so far, whichever ends first; nullopt when neither says.
[[nodiscard]] std::optional<core::Duration> time_left(const ProgressView& view);

}  // namespace relaybench::report
