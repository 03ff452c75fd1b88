#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/clock.h"
#include "result/latency_sketch.h"
#include "result/timeline.h"
#include "stream/outcome.h"

namespace relaybench::result {

/// What happened in each second of the measured window. Times before its start count in second 0 (a stamp of the kernel may be a little
/// older than the start). Bounded for a run of any length, as Timeline is. Not thread-safe.
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
    /// Empty again, with the same window start.
    void clear();
    /// Points from second 0 to the last one in which something happened.
    [[nodiscard]] std::vector<SeriesPoint> points() const;

  private:
    [[nodiscard]] std::uint64_t second_of(core::TimePoint at) const;
    void add_current_gaps(Timeline& timeline) const;
    void flush_gaps();

    core::TimePoint window_start_;
    Timeline timeline_;
    // Gaps of the current second are counted densely (no search, no allocation a chunk) and become sparse when the second is over.
    std::array<std::uint32_t, LatencySketch::kBucketCount> current_gaps_{};
    std::uint64_t current_ = 0;
    bool has_current_gaps_ = false;
};

}  // namespace relaybench::result
