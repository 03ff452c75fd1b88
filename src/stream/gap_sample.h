#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/clock.h"

namespace relaybench::stream {

/// Gaps of one stream, evenly over its life: all of them up to 64, then every second, every fourth, … Bounded and without allocation.
/// Comparing arms needs gaps by stream, because those of one stream depend on each other.
class GapSample {
  public:
    static constexpr std::size_t kCapacity = 64;

    void add(core::Duration gap) {
        if ((seen_++ & (stride_ - 1)) != 0) {
            return;
        }
        if (size_ == kCapacity) {
            thin();
        }
        constexpr std::int64_t kLongestUs = 0xFFFFFFFF;
        const auto us = std::chrono::round<std::chrono::microseconds>(gap).count();
        gaps_us_[size_++] = static_cast<std::uint32_t>(std::clamp<std::int64_t>(us, 1, kLongestUs));
    }

    /// Microseconds, in the order of the stream.
    [[nodiscard]] std::span<const std::uint32_t> values_us() const { return {gaps_us_.data(), size_}; }
    /// All gaps, those that were left out included.
    [[nodiscard]] std::uint64_t seen() const { return seen_; }

  private:
    /// Every second one goes; the next to come is then one that stays: the stride divides its number.
    void thin() {
        for (std::size_t i = 0; i < kCapacity / 2; ++i) {
            gaps_us_[i] = gaps_us_[2 * i];
        }
        size_ = kCapacity / 2;
        stride_ *= 2;
    }

    std::uint64_t seen_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t stride_ = 1;
    std::array<std::uint32_t, kCapacity> gaps_us_{};
};

}  // namespace relaybench::stream
