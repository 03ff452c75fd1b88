#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace relaybench::result {

/// The latency metrics of a run, each one histogram an arm (docs/metrics.md defines from → to).
enum class Metric : std::uint8_t {
    Connect,
    Tls,
    Upgrade,
    Headers,
    Ttft,
    TtftOk,
    Ttfo,
    TtftIntended,
    Gap,
    Tpot,
    E2e,
    Heartbeat,
    ScheduleLag,
    ClientDelay,
};

inline constexpr std::size_t kMetricCount = 14;

struct MetricInfo {
    Metric metric;
    std::string_view id;       ///< "ttft", "ttft_intended", …: JSON, gates, tables
    std::string_view summary;  ///< one line, from → to
    bool shown_by_default;     ///< a row of the terminal table
};

[[nodiscard]] std::span<const MetricInfo> metrics();
[[nodiscard]] std::string_view metric_id(Metric metric);
[[nodiscard]] std::optional<Metric> metric_by_id(std::string_view id);

}  // namespace relaybench::result
