#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace relaybench::stats {

/// High dynamic range histogram of whole numbers, bucket for bucket that of HdrHistogram (github.com/HdrHistogram), so that its V2 bytes
/// can be read by the other implementations. Values from `lowest` to `highest` keep `significant_digits` decimal digits. A value above
/// `highest` is not dropped: it is counted in out_of_range() and takes part in count(), max() and quantiles as the highest bucket.
/// Counts add exactly: merging is lossless between histograms of the same configuration.
class HdrHistogram {
  public:
    struct Config {
        std::int64_t lowest = 1;
        std::int64_t highest = 3'600'000'000;
        int significant_digits = 3;
        friend bool operator==(const Config&, const Config&) = default;
    };

    /// 1 … 3.6e9 (microseconds up to an hour), 3 digits. Other configurations through make(). Memory is taken on the first record.
    HdrHistogram();
    [[nodiscard]] static core::Expected<HdrHistogram> make(const Config& config);

    /// No allocation after the first call. Values below `lowest` count in the lowest bucket; negative values are a bug of the caller.
    void record(std::int64_t value, std::uint64_t times = 1);
    /// Requires the same configuration.
    void merge(const HdrHistogram& other);
    void reset();

    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] std::uint64_t out_of_range() const { return out_of_range_; }
    /// Exact recorded extremes; 0 when empty.
    [[nodiscard]] std::int64_t min() const;
    [[nodiscard]] std::int64_t max() const;
    /// Mean of bucket midpoints, as the reference computes it; 0 when empty.
    [[nodiscard]] double mean() const;
    [[nodiscard]] double standard_deviation() const;
    /// The reference's getValueAtPercentile(100 q): the highest value equivalent to the bucket in which the ⌈q·count⌉-th value lies; the
    /// exact max for the last rank. 0 when empty.
    [[nodiscard]] std::int64_t value_at_quantile(double q) const;
    /// The value at a 1-based rank (1 … count), by the same rule.
    [[nodiscard]] std::int64_t value_at_rank(std::uint64_t rank) const;
    /// How many recorded values are equivalent to or below `value`.
    [[nodiscard]] std::uint64_t count_at_or_below(std::int64_t value) const;
    [[nodiscard]] const Config& config() const { return config_; }
    friend bool operator==(const HdrHistogram&, const HdrHistogram&) = default;

    struct Bucket {
        std::int64_t lowest;   ///< lowest equivalent value
        std::int64_t highest;  ///< highest equivalent value
        std::uint64_t count;
    };
    /// Non-empty buckets in order.
    [[nodiscard]] std::vector<Bucket> buckets() const;

  private:
    // The implementer completes this part (and may use friends for the codec).
    Config config_;
    std::uint64_t count_ = 0;
    std::uint64_t out_of_range_ = 0;
};

/// V2 and V2-compressed encoding (hdr_codec.cpp).
[[nodiscard]] std::string encode_v2(const HdrHistogram& histogram);
[[nodiscard]] std::string encode_v2_compressed(const HdrHistogram& histogram);
/// Accepts both forms. Bounded: refuses configurations and zlib streams that would need more than 64 MiB.
[[nodiscard]] core::Expected<HdrHistogram> decode_v2(std::string_view bytes);

}  // namespace relaybench::stats
