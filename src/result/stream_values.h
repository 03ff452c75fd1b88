#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/clock.h"
#include "result/metric.h"
#include "stream/gap_sample.h"

namespace relaybench::result {

/// The compared metrics that have one value a stream.
inline constexpr std::array kStreamMetrics{Metric::Ttft, Metric::TtftIntended, Metric::Tpot, Metric::E2e};

/// What comparing arms needs of one stream, small. Values are microseconds, as in the histograms.
struct StreamValues {
    static constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();  ///< ranked as +∞
    static constexpr std::uint32_t kAbsent = kNever - 1;                                ///< not ranked: cancelled, or not defined

    std::uint64_t ticket = 0;      ///< see TicketSample
    std::uint64_t arrival = 0;     ///< number of the start, over all arms and workers
    std::int64_t intended_us = 0;  ///< since the start of the window
    std::array<std::uint32_t, kStreamMetrics.size()> us{};
    bool failed = false;
    bool cancelled = false;
};

/// The gaps of one stream.
struct StreamGaps {
    std::uint64_t ticket = 0;
    std::uint64_t arrival = 0;
    std::int64_t intended_us = 0;
    stream::GapSample gaps;
};

/// Streams of an arm as the judge wants them: sorted by intended start. In memory only; a result that was read from a file has none.
struct StreamSet {
    std::uint64_t arms = 1;  ///< arrivals of one dealt block share arrival / arms
    std::vector<StreamValues> values;
    std::uint64_t values_limit = 0;  ///< tickets up to this one are all there
    std::uint64_t values_offered = 0;
    std::vector<StreamGaps> gaps;
    std::uint64_t gaps_limit = 0;
    std::uint64_t gaps_offered = 0;

    [[nodiscard]] bool empty() const { return values.empty(); }
};

/// Adds the streams of a later part of the same run, whose window began `offset` later. Both stay uniform samples, within the bounds of
/// StreamCollector.
void append(StreamSet& set, const StreamSet& part, core::Duration offset);

}  // namespace relaybench::result
