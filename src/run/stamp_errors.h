#pragma once

#include <cstdint>
#include <optional>

#include "result/run_result.h"
#include "stats/hdr_histogram.h"
#include "stream/stream_observer.h"

namespace relaybench::run {

/// Of which stamps errors are kept.
enum class StampDetail : std::uint8_t {
    Used,         ///< those that the metrics are made of
    UsedAndUser,  ///< also those that our own code would have given, for calibration
};

/// How far our stamps were from the send stamps of a relay that sends them: absolute values, nanoseconds. Takes memory with the first one.
class StampErrors {
  public:
    explicit StampErrors(StampDetail detail);
    void record_first_token(const stream::ArrivalError& error);
    void record_gap(const stream::ArrivalError& error);
    void merge(const StampErrors& other);

    /// nullopt when nothing was recorded.
    [[nodiscard]] std::optional<result::StampError> summary() const;

  private:
    StampDetail detail_;
    stats::HdrHistogram ttft_;
    stats::HdrHistogram gap_;
    stats::HdrHistogram user_ttft_;
    stats::HdrHistogram user_gap_;
};

}  // namespace relaybench::run
