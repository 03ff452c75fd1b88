#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"

namespace relaybench::result {

/// A small log-linear histogram for one second of a series: 32 buckets an octave (quantiles within 3.2 %), 1 µs to 1 h, kept sparse. Too
/// coarse for results, whose quantiles come from Distribution; made so that hours of seconds fit into a few megabytes.
class LatencySketch {
  public:
    static constexpr std::size_t kBucketCount = 960;
    /// Values outside 1 µs … 1 h fall into the first and the last bucket.
    [[nodiscard]] static std::size_t bucket_of(core::Duration latency);
    /// Upper edge of a bucket.
    [[nodiscard]] static core::Duration value_of(std::size_t bucket);

    void record(core::Duration latency) { add(bucket_of(latency), 1); }
    void add(std::size_t bucket, std::uint32_t times);
    void merge(const LatencySketch& other);
    /// nullopt when empty.
    [[nodiscard]] std::optional<core::Duration> quantile(double q) const;

  private:
    struct Entry {
        std::uint16_t bucket;
        std::uint32_t count;
    };
    std::vector<Entry> entries_;  // sorted by bucket
};

}  // namespace relaybench::result
