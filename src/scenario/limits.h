#pragma once

#include <cstdint>

#include "core/clock.h"
#include "scenario/codec.h"

namespace relaybench::scenario {

// What a scenario may ask for at most: far above any sensible use, near enough that a slip of the finger is caught.

inline constexpr Range<std::uint64_t> kStreams{1, 100'000};
inline constexpr Range<double> kRates{0.001, 100'000};
inline constexpr std::uint64_t kMostStreams = 1'000'000'000;
inline constexpr core::Duration kLongestRun = std::chrono::hours(24 * 7);
inline constexpr core::Duration kLongestWait = std::chrono::hours(1);
inline constexpr Range<std::uint64_t> kMaxTokens{1, 1'000'000};
inline constexpr Range<double> kTemperatures{0, 2};
inline constexpr Range<std::uint64_t> kWorkers{1, 256};
inline constexpr Range<std::uint64_t> kConnectRates{1, 1'000'000};
inline constexpr std::uint64_t kLargestBudget = 1'000'000'000'000;
inline constexpr std::size_t kMostRelays = 16;
inline constexpr std::size_t kMostPrompts = 10'000;
inline constexpr std::size_t kMaxPromptBytes = 256U << 10U;

}  // namespace relaybench::scenario
