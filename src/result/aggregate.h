#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/clock.h"
#include "result/distribution.h"
#include "result/error_groups.h"
#include "result/metric.h"
#include "result/run_result.h"
#include "result/series_recorder.h"
#include "result/stream_collector.h"
#include "result/stream_sample.h"
#include "stream/stream_record.h"
#include "wire/dialect.h"

namespace relaybench::result {

/// Adds up one arm in one worker; workers' recorders are merged at the end, with exact counts. Not thread-safe. What enters which metric
/// is the table of docs/metrics.md. Nothing of a warm-up stream belongs here: record() ignores such a record, and the hot-path calls must
/// not be made for it.
class ArmRecorder {
  public:
    struct Options {
        core::TimePoint window_start;  ///< start of the measured window: second 0 of the series, zero of first_at and of stream records
        wire::Carrier carrier = wire::Carrier::Http;
        std::uint64_t seed = 1;  ///< of the sample of stream records; the same in all workers
        std::size_t max_streams = kMaxSampledStreams;
        std::uint64_t arms = 1;  ///< of the run; from two on, streams are kept for their comparison
    };
    explicit ArmRecorder(const Options& options);

    /// One stream that has ended.
    void record(const stream::StreamRecord& record);

    /// Hot path, once for each token-bearing event; then record_gap() when it has a gap that means something.
    void count_chunk(core::TimePoint at) { series_.count_chunk(at); }
    /// Hot path: the time since the previous token-bearing read of the same stream.
    void record_gap(core::Duration gap);
    void record_heartbeat(core::Duration round_trip) { metric(Metric::Heartbeat).record(round_trip); }
    /// A ping without an answer by the time the connection was given up.
    void record_heartbeat_lost() { metric(Metric::Heartbeat).record_never(); }
    /// Kernel stamp → our code, of a read of this arm.
    void record_client_delay(core::Duration delay) { metric(Metric::ClientDelay).record(delay); }
    /// An arrival of an open loop that could not be started at all.
    void count_missed_start() { ++counters_.missed_starts; }

    /// Requires the same window start, seed and sample size.
    void merge(const ArmRecorder& other);
    /// Empty again, with the same options; keeps its memory.
    void clear();

    /// For live progress.
    [[nodiscard]] const Distribution& metric(Metric metric) const { return metrics_[static_cast<std::size_t>(metric)]; }
    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] std::uint64_t outcome(stream::Outcome outcome) const { return outcomes_[static_cast<std::size_t>(outcome)]; }

    struct Identity {
        std::string name;
        std::string relay;  ///< URL without user info, or "embedded:profile"
        std::string dialect;
        std::string model;
    };
    /// The finished arm. Times of its stream records count from the start of the window (that is their epoch).
    [[nodiscard]] ArmResult finish(const Identity& identity) const;

  private:
    Distribution& metric(Metric metric) { return metrics_[static_cast<std::size_t>(metric)]; }
    void record_connection(const stream::StreamRecord& record);
    void record_head(const stream::StreamRecord& record);
    void record_tokens(const stream::StreamRecord& record);
    void record_end(const stream::StreamRecord& record);
    void count(const stream::StreamRecord& record);

    Options options_;
    std::array<std::uint64_t, stream::kOutcomeCount> outcomes_{};
    std::array<Distribution, kMetricCount> metrics_;
    Counters counters_;
    SeriesRecorder series_;
    StreamSample sample_;
    ErrorGroups errors_;
    StreamCollector collector_;
};

}  // namespace relaybench::result
