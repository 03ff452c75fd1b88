#include "stats/hdr_layout.h"

#include <algorithm>
#include <array>
#include <limits>

namespace relaybench::stats {
namespace {

constexpr int kMostDigits = 5;
constexpr int kMostBits = 62;  // of a sub-bucket count in units: the next power of two must still fit 63 bits
constexpr std::array<std::uint64_t, kMostDigits + 1> kLargestExact = {2, 20, 200, 2'000, 20'000, 200'000};

int floor_log2(std::int64_t value) { return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - 1; }

/// Bits of the sub-bucket count: the smallest power of two that resolves 2 · 10^digits units singly.
int count_magnitude(int significant_digits) {
    return static_cast<int>(std::bit_width(kLargestExact[static_cast<std::size_t>(significant_digits)] - 1));
}

int buckets_to_cover(std::int64_t highest, int first_bucket_bits) {
    return std::max(1, floor_log2(std::max<std::int64_t>(highest, 1)) + 1 - first_bucket_bits + 1);
}

}  // namespace

bool HdrLayout::is_valid(std::int64_t lowest, std::int64_t highest, int significant_digits) {
    return lowest >= 1 && lowest <= std::numeric_limits<std::int64_t>::max() / 2 && highest >= 2 * lowest && significant_digits >= 0 &&
           significant_digits <= kMostDigits && count_magnitude(significant_digits) + floor_log2(lowest) <= kMostBits;
}

HdrLayout::HdrLayout(std::int64_t lowest, std::int64_t highest, int significant_digits)
    : unit_magnitude_(floor_log2(lowest)),
      half_count_magnitude_(std::max(count_magnitude(significant_digits), 1) - 1),
      leading_zeros_base_(64 - unit_magnitude_ - half_count_magnitude_ - 1),
      sub_bucket_mask_(((std::uint64_t{2} << half_count_magnitude_) - 1) << unit_magnitude_),
      size_(static_cast<std::size_t>(buckets_to_cover(highest, unit_magnitude_ + half_count_magnitude_ + 1) + 1) << half_count_magnitude_) {
}

int HdrLayout::bucket_at(std::size_t index) const { return std::max(static_cast<int>(index >> half_count_magnitude_) - 1, 0); }

std::int64_t HdrLayout::step_at(std::size_t index) const { return std::int64_t{1} << (bucket_at(index) + unit_magnitude_); }

std::int64_t HdrLayout::lowest_at(std::size_t index) const {
    const auto bucket = static_cast<std::size_t>(bucket_at(index));
    const std::size_t sub_bucket = index - (bucket << half_count_magnitude_);
    return static_cast<std::int64_t>(sub_bucket) << (static_cast<int>(bucket) + unit_magnitude_);
}

std::int64_t HdrLayout::highest_at(std::size_t index) const { return lowest_at(index) + (step_at(index) - 1); }

std::int64_t HdrLayout::middle_at(std::size_t index) const { return lowest_at(index) + step_at(index) / 2; }

}  // namespace relaybench::stats
