#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "result/error_groups.h"
#include "result/run_result.h"
#include "result/stream_sample.h"
#include "result/timeline.h"

namespace relaybench::result {

/// Adds up finished arms of one relay: shards of a run, seconds of a journal, rounds of a comparison. Counts are added and quantiles taken
/// from the sums; nothing is averaged. Bounded in memory but for the sample, which is drawn at the end.
class ArmSum {
  public:
    /// `seed` is the one by which the parts drew their samples of streams.
    explicit ArmSum(std::uint64_t seed) : seed_(seed) {}

    /// `offset` is how much later the part's window began than the sum's; whole seconds for a series that lines up.
    void add(const ArmResult& part, core::Duration offset = core::Duration{0});
    /// Names are those of the first part.
    [[nodiscard]] ArmResult result() const;

  private:
    void add_stamp_error(const ArmResult& part);
    void add_gap_spread(const ArmResult& part);
    void add_stream_set(const ArmResult& part, core::Duration offset);
    void add_streams(const ArmResult& part, core::Duration offset);

    std::uint64_t seed_;
    ArmResult sum_;  ///< without series, sample and errors
    Timeline timeline_;
    ErrorGroups errors_;
    bool is_first_ = true;
    bool stamp_error_lost_ = false;
    bool gap_spread_lost_ = false;               ///< a part has gaps and does not say
    bool stream_set_lost_ = false;               ///< a part was read from a file
    std::vector<stream::StreamRecord> streams_;  ///< of all parts
    std::size_t sample_size_ = kMaxSampledStreams;
    std::uint64_t sampled_of_ = 0;
};

}  // namespace relaybench::result
