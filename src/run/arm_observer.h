#pragma once

#include <cstdint>

#include "result/aggregate.h"
#include "stats/hdr_histogram.h"
#include "stream/stream_observer.h"

namespace relaybench::run {

/// How far our arrival stamps were from the send stamps of a relay that sends them (nanoseconds, absolute values).
struct StampErrors {
    StampErrors();
    void merge(const StampErrors& other);

    stats::HdrHistogram first_token_ns;
    stats::HdrHistogram gap_ns;
};

/// Carries what streams of one arm see into its recorder.
class ArmObserver final : public stream::StreamObserver {
  public:
    /// `recorder` must outlive its use.
    explicit ArmObserver(result::ArmRecorder& recorder) : recorder_(&recorder) {}
    /// From now on into another one.
    void use(result::ArmRecorder& recorder) { recorder_ = &recorder; }

    void on_chunk(core::TimePoint at) override {
        ++chunks_;
        recorder_->count_chunk(at);
    }
    void on_gap(core::Duration gap) override { recorder_->record_gap(gap); }
    void on_heartbeat(core::Duration round_trip) override { recorder_->record_heartbeat(round_trip); }
    void on_first_token_error(core::Duration error) override;
    void on_gap_error(core::Duration error) override;

    [[nodiscard]] std::uint64_t chunks() const { return chunks_; }
    [[nodiscard]] const StampErrors& stamp_errors() const { return stamp_errors_; }

  private:
    result::ArmRecorder* recorder_;
    std::uint64_t chunks_ = 0;
    StampErrors stamp_errors_;
};

/// For streams of the warm-up: nothing of them is kept but that they were busy.
class SilentObserver final : public stream::StreamObserver {
  public:
    void on_chunk(core::TimePoint) override { ++chunks_; }
    void on_gap(core::Duration) override {}
    void on_heartbeat(core::Duration) override {}
    void on_first_token_error(core::Duration) override {}
    void on_gap_error(core::Duration) override {}

    [[nodiscard]] std::uint64_t chunks() const { return chunks_; }

  private:
    std::uint64_t chunks_ = 0;
};

}  // namespace relaybench::run
