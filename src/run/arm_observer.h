#pragma once

#include <cstdint>

#include "result/aggregate.h"
#include "run/stamp_errors.h"
#include "stream/stream_observer.h"

namespace relaybench::run {

/// Carries what streams of one arm see into its recorder.
class ArmObserver final : public stream::StreamObserver {
  public:
    /// `recorder` must outlive its use.
    ArmObserver(result::ArmRecorder& recorder, StampDetail detail) : recorder_(&recorder), stamp_errors_(detail) {}
    /// From now on into another one.
    void use(result::ArmRecorder& recorder) { recorder_ = &recorder; }

    void on_chunk(core::TimePoint at) override {
        ++chunks_;
        recorder_->count_chunk(at);
    }
    void on_gap(core::Duration gap) override { recorder_->record_gap(gap); }
    void on_heartbeat(core::Duration round_trip) override { recorder_->record_heartbeat(round_trip); }
    void on_first_token_error(const stream::ArrivalError& error) override { stamp_errors_.record_first_token(error); }
    void on_gap_error(const stream::ArrivalError& error) override { stamp_errors_.record_gap(error); }

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
    void on_first_token_error(const stream::ArrivalError&) override {}
    void on_gap_error(const stream::ArrivalError&) override {}

    [[nodiscard]] std::uint64_t chunks() const { return chunks_; }

  private:
    std::uint64_t chunks_ = 0;
};

}  // namespace relaybench::run
