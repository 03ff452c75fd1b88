#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "result/comparison.h"
#include "result/stream_values.h"
#include "stats/stratified_test.h"

namespace relaybench::judge {

/// The streams of two arms in blocks within which labels may be traded when the arms are equal: a dealt block of an open loop, neighbours
/// in time of closed loops side by side, everything when the arms were measured apart. Borrows the sets.
class PairedStreams {
  public:
    PairedStreams(const result::StreamSet& base, const result::StreamSet& other, result::Pairing pairing);

    [[nodiscard]] bool empty() const { return members_.empty(); }

    /// Where the values of the two arms are cut.
    struct Cuts {
        std::uint32_t base_us = 0;
        std::uint32_t other_us = 0;
    };
    /// Ranked values above the cuts (never answered lies above all), block by block. `metric` is an index of kStreamMetrics.
    [[nodiscard]] std::vector<stats::Stratum> above(std::size_t metric, Cuts cuts) const;
    /// Failed streams instead; cancelled ones are left out.
    [[nodiscard]] std::vector<stats::Stratum> failed() const;
    /// The q-quantile of both arms together; lowered until something lies above it. Nothing when no stream has a ranked value.
    [[nodiscard]] std::optional<std::uint32_t> common_cut(std::size_t metric, double q) const;

  private:
    struct Member {
        const result::StreamValues* values;
        std::uint64_t block;
        bool other;
    };
    template <class Judged>
    [[nodiscard]] std::vector<stats::Stratum> strata(const Judged& judged) const;

    std::vector<Member> members_;  ///< by block
};

/// The blocks of items of two arms, each sorted by intended start: what PairedStreams does, for anything with arrival and intended_us.
[[nodiscard]] std::uint64_t block_of(result::Pairing pairing, std::uint64_t arrival, std::uint64_t arms, std::uint64_t position);

/// How much of the two arms' uncertainty is common to them, −0.5 … 0.95: what the variance of the difference over blocks lacks to that of two
/// independent arms. `strata` are cut at each arm's own quantile. 0 when there are too few blocks to tell.
[[nodiscard]] double shared_share(std::span<const stats::Stratum> strata);

}  // namespace relaybench::judge
