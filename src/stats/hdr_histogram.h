#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "stats/hdr_layout.h"

namespace relaybench::stats {

/// High dynamic range histogram of whole numbers, bucket for bucket that of HdrHistogram (github.com/HdrHistogram), so that its V2 bytes
/// can be read by the other implementations. Values from `lowest` to `highest` keep `significant_digits` decimal digits. A value above
/// `highest` is not dropped: it is counted in out_of_range() and takes part in everything else (count, max, quantiles, bytes) as if it
/// were `highest`. Counts add exactly: merging is lossless between histograms of the same configuration.
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

    /// No allocation after the first call. Values below `lowest` share the first buckets, at the unit of the largest power of two ≤ lowest;
    /// negative values are a bug of the caller.
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
    /// The reference's getValueAtPercentile(100 q): the highest value equivalent to the bucket in which the ⌈q·count⌉-th value lies, except
    /// that it is never above the exact max(), which is the answer for the last rank. `q` is taken into 0..1; rank 1 for q = 0. 0 when empty.
    [[nodiscard]] std::int64_t value_at_quantile(double q) const;
    /// The value at a 1-based rank (1 … count; taken into that range), by the same rule. 0 when empty.
    [[nodiscard]] std::int64_t value_at_rank(std::uint64_t rank) const;
    /// How many recorded values are equivalent to or below `value`; 0 for a negative one.
    [[nodiscard]] std::uint64_t count_at_or_below(std::int64_t value) const;
    [[nodiscard]] const Config& config() const { return config_; }
    [[nodiscard]] const HdrLayout& layout() const { return layout_; }
    /// Same configuration, counts, extremes and out_of_range().
    friend bool operator==(const HdrHistogram& a, const HdrHistogram& b);

    struct Bucket {
        std::int64_t lowest;   ///< lowest equivalent value
        std::int64_t highest;  ///< highest equivalent value
        std::uint64_t count;
    };
    /// Non-empty buckets in order.
    [[nodiscard]] std::vector<Bucket> buckets() const;

  private:
    friend class V2Decoder;

    explicit HdrHistogram(const Config& config);
    void allocate();
    /// Counts at an index as it was saved; the extremes become those of its bucket, as in the reference.
    void restore(std::size_t index, std::uint64_t times);

    Config config_;
    HdrLayout layout_;
    std::vector<std::uint64_t> counts_;  // empty until the first record
    std::uint64_t count_ = 0;
    std::uint64_t out_of_range_ = 0;
    std::int64_t min_;  // above max_ while empty
    std::int64_t max_ = 0;
};

/// V2 and V2-compressed encoding (hdr_v2_format.h). The format carries the configuration and the counts; neither exact extremes nor
/// out_of_range(): a caller who needs them saves them beside it.
[[nodiscard]] std::string encode_v2(const HdrHistogram& histogram);
[[nodiscard]] std::string encode_v2_compressed(const HdrHistogram& histogram);
/// Accepts both forms, and nothing after them. min() and max() of the result are the bounds of its first and last bucket and out_of_range()
/// is 0. Refuses scaled histograms (conversion ratio other than 1, normalising offset other than 0: those of DoubleHistogram). Bounded:
/// refuses what would need more than 64 MiB.
[[nodiscard]] core::Expected<HdrHistogram> decode_v2(std::string_view bytes);

}  // namespace relaybench::stats
