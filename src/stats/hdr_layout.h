#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace relaybench::stats {

/// Where a value lies in the counts of an HdrHistogram: the arithmetic of the reference's AbstractHistogram (github.com/HdrHistogram).
///
///     values   0 ………… 2048 ……… 4096 ……………… 8192 …        (3 digits, unit 1)
///     bucket   |     0      |      1      |         2
///     step     |     1      |      2      |         4
///     index    0 ………… 2048 ……… 3072 ……………… 4096 …
///
/// A bucket has 2^k sub-buckets of equal size, the upper half of which is new (the lower half is covered by the bucket before).
class HdrLayout {
  public:
    /// `lowest` ≥ 1, `highest` ≥ 2 · lowest, 0 ≤ significant_digits ≤ 5, and is_valid() of the three.
    HdrLayout(std::int64_t lowest, std::int64_t highest, int significant_digits);
    [[nodiscard]] static bool is_valid(std::int64_t lowest, std::int64_t highest, int significant_digits);

    /// Number of counts; the last of them lie at or above `highest`.
    [[nodiscard]] std::size_t size() const { return size_; }

    /// `value` ≥ 0. May be size() or more for a value above `highest`.
    [[nodiscard]] std::size_t index_of(std::int64_t value) const {
        const auto bits = static_cast<std::uint64_t>(value);
        const int bucket = leading_zeros_base_ - std::countl_zero(bits | sub_bucket_mask_);
        const std::uint64_t sub_bucket = bits >> (bucket + unit_magnitude_);
        return static_cast<std::size_t>((static_cast<std::uint64_t>(bucket) << half_count_magnitude_) + sub_bucket);
    }

    /// The smallest and the largest value with this index.
    [[nodiscard]] std::int64_t lowest_at(std::size_t index) const;
    [[nodiscard]] std::int64_t highest_at(std::size_t index) const;
    /// The reference's medianEquivalentValue.
    [[nodiscard]] std::int64_t middle_at(std::size_t index) const;

  private:
    [[nodiscard]] int bucket_at(std::size_t index) const;
    [[nodiscard]] std::int64_t step_at(std::size_t index) const;

    int unit_magnitude_;
    int half_count_magnitude_;
    int leading_zeros_base_;
    std::uint64_t sub_bucket_mask_;
    std::size_t size_;
};

}  // namespace relaybench::stats
