#pragma once

#include <optional>

#include "result/run_result.h"
#include "stats/hdr_histogram.h"
#include "stream/stream_observer.h"

namespace relaybench::run {

/// How far our stamps were from the send stamps of a relay that sends them: absolute values, nanoseconds. Takes memory with the first one.
class StampErrors {
  public:
    StampErrors();
    void record_first_token(const stream::ArrivalError& error);
    void record_gap(const stream::ArrivalError& error);
    void merge(const StampErrors& other);

    /// nullopt when nothing was recorded.
    [[nodiscard]] std::optional<result::StampError> summary() const;

  private:
    stats::HdrHistogram ttft_;
    stats::HdrHistogram gap_;
    stats::HdrHistogram user_ttft_;
    stats::HdrHistogram user_gap_;
};

}  // namespace relaybench::run
