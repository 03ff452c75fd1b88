#pragma once

#include <cstdint>

#include "core/clock.h"
#include "result/stream_values.h"
#include "result/ticket_sample.h"
#include "stream/stream_record.h"

namespace relaybench::result {

/// Gathers what comparing arms needs of the streams of one arm in one worker, within bounds. StreamValues are gathered only when there is
/// another arm to compare with.
class StreamCollector {
  public:
    struct Options {
        core::TimePoint window_start;
        std::uint64_t seed = 1;
        std::uint64_t arms = 1;
        std::size_t max_values = 1'000'000;  ///< over all arms
        std::size_t max_gap_streams = 4096;  ///< in this arm
    };
    explicit StreamCollector(const Options& options);

    void offer(const stream::StreamRecord& record);
    /// Requires equal options.
    void merge(const StreamCollector& other);
    /// Empty again, with the same options.
    void clear();
    [[nodiscard]] StreamSet streams() const;

  private:
    [[nodiscard]] StreamValues values_of(const stream::StreamRecord& record) const;

    Options options_;
    TicketSample<StreamValues> values_;
    TicketSample<StreamGaps> gaps_;
};

}  // namespace relaybench::result
