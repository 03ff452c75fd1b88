#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "result/latency_sketch.h"
#include "result/run_result.h"
#include "stream/outcome.h"

namespace relaybench::result {

/// What happened in each second of the measured window. Times before its start count in second 0 (a stamp of the kernel may be a little
/// older than the start), times beyond 24 h in the last second. Not thread-safe.
class SeriesRecorder {
  public:
    explicit SeriesRecorder(core::TimePoint window_start) : window_start_(window_start) {}

    void count_stream(core::TimePoint started, core::TimePoint ended, stream::Outcome outcome);
    void record_ttft(core::TimePoint first_token, core::Duration ttft);
    /// Hot path: allocates at most once a second.
    void count_chunk(core::TimePoint at);
    /// Hot path: belongs to the second of the latest count_chunk().
    void record_gap(core::Duration gap);

    /// Requires the same window start.
    void merge(const SeriesRecorder& other);
    /// Seconds from 0 to the last one in which something happened.
    [[nodiscard]] std::vector<SeriesPoint> points() const;

  private:
    struct Second {
        std::uint32_t starts = 0;
        std::uint32_t completed = 0;
        std::uint32_t failed = 0;
        std::uint32_t ended = 0;
        std::uint64_t chunks = 0;
        LatencySketch ttft;
        LatencySketch gap;
    };

    [[nodiscard]] std::size_t index_of(core::TimePoint at) const;
    Second& second_at(std::size_t index);
    void flush_gaps();

    core::TimePoint window_start_;
    std::vector<Second> seconds_;
    // Gaps of the current second are counted densely (no search, no allocation a chunk) and become sparse when the second is over.
    std::array<std::uint32_t, LatencySketch::kBucketCount> current_gaps_{};
    std::size_t current_ = 0;
    bool has_current_gaps_ = false;
};

}  // namespace relaybench::result
