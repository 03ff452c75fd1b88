#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "stats/hdr_histogram.h"

namespace relaybench::result {

/// Latencies of one metric over all streams, with those that never got there. Values are microseconds, 1 µs … 1 h, 3 significant digits.
/// Failures count as +∞ in the quantiles and never as fast successes; streams that we cancelled while they waited are `censored`: counted
/// and shown, not ranked.
class Distribution {
  public:
    Distribution();

    /// Rounds to the nearest microsecond; below 1 µs counts as 1 µs (the histogram's lowest value).
    void record(core::Duration latency);
    void record_never() { ++never_; }
    void record_censored() { ++censored_; }
    void merge(const Distribution& other);
    /// Empty again; keeps its memory.
    void clear();

    struct Quantile {
        std::optional<core::Duration> value;  ///< absent: +∞, this rank never answered
    };
    /// `q` in 0..1 over answered and never-answered together; nullopt when there is nothing at all. For q = 1 the exact maximum.
    [[nodiscard]] std::optional<Quantile> quantile(double q) const;
    /// Over answered ones only; nullopt when there are none.
    [[nodiscard]] std::optional<core::Duration> mean() const;
    [[nodiscard]] std::optional<core::Duration> min() const;
    [[nodiscard]] std::optional<core::Duration> max() const;

    [[nodiscard]] std::uint64_t answered() const;
    [[nodiscard]] std::uint64_t never() const { return never_; }
    [[nodiscard]] std::uint64_t censored() const { return censored_; }
    /// answered() + never().
    [[nodiscard]] std::uint64_t count() const { return answered() + never_; }
    [[nodiscard]] const stats::HdrHistogram& histogram() const { return histogram_; }

    /// Values above the histogram's highest (1 h): counted in answered() and ranked in its last bucket.
    [[nodiscard]] std::uint64_t out_of_range() const { return out_of_range_; }

    /// What a saved result holds beside the histogram, whose bytes keep neither exact extremes nor what was out of range.
    struct Saved {
        std::uint64_t never = 0;
        std::uint64_t censored = 0;
        std::uint64_t out_of_range = 0;
        std::int64_t min_us = 0;  ///< exact; ignored when the histogram is empty
        std::int64_t max_us = 0;
    };
    /// Rebuilds one from a saved result. The histogram has the default configuration.
    [[nodiscard]] static Distribution restored(stats::HdrHistogram histogram, const Saved& saved);

    /// Equal counts in every bucket and equal exact extremes.
    friend bool operator==(const Distribution& a, const Distribution& b);

  private:
    stats::HdrHistogram histogram_;
    std::uint64_t never_ = 0;
    std::uint64_t censored_ = 0;
    std::uint64_t out_of_range_ = 0;
    std::int64_t min_us_ = 0;
    std::int64_t max_us_ = 0;
};

}  // namespace relaybench::result
