#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"

namespace relaybench::result {

/// A small log-linear histogram for one point of a series: 32 buckets an octave (quantiles within 3.2 %), 1 µs to 1 h, kept sparse. Too
/// coarse for results, whose quantiles come from Distribution; made so that thousands of points fit into a few megabytes.
class LatencySketch {
  public:
    static constexpr std::size_t kBucketCount = 960;
    /// Values outside 1 µs … 1 h fall into the first and the last bucket.
    [[nodiscard]] static std::size_t bucket_of(core::Duration latency);
    /// Upper edge of a bucket.
    [[nodiscard]] static core::Duration value_of(std::size_t bucket);

    void record(core::Duration latency) { add(bucket_of(latency), 1); }
    void add(std::size_t bucket, std::uint64_t times);
    void merge(const LatencySketch& other);
    void clear() { entries_.clear(); }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    /// nullopt when empty.
    [[nodiscard]] std::optional<core::Duration> quantile(double q) const;

    /// "312 315:4": buckets in order, each with its count where that is not 1. Empty for an empty sketch.
    [[nodiscard]] std::string text() const;
    /// nullopt when it is no such text.
    [[nodiscard]] static std::optional<LatencySketch> from_text(std::string_view text);

    friend bool operator==(const LatencySketch&, const LatencySketch&) = default;

  private:
    struct Entry {
        std::uint16_t bucket;
        std::uint64_t count;
        friend bool operator==(const Entry&, const Entry&) = default;
    };
    /// "315:4"; nullopt when it is no entry.
    [[nodiscard]] static std::optional<Entry> entry_from(std::string_view text);

    std::vector<Entry> entries_;  // sorted by bucket
};

}  // namespace relaybench::result
