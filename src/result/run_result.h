#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "result/comparison.h"
#include "result/distribution.h"
#include "result/gap_spread.h"
#include "result/latency_sketch.h"
#include "result/metric.h"
#include "result/stream_values.h"
#include "stream/outcome.h"
#include "stream/stream_record.h"

namespace relaybench::result {

inline constexpr int kSchemaVersion = 1;

/// Something the reader must know to trust the numbers, with what to do about it; shown as a footnote.
struct Warning {
    std::string code;    ///< stable: "saturated", "no_kernel_stamps", "small_sample", "user_closed_early", …
    std::string text;    ///< one sentence: what is the case
    std::string remedy;  ///< one sentence: what to do
};

/// One second of an arm, or several of a long run; `second` counts from the start of the measured window (warm-up excluded).
struct SeriesPoint {
    std::uint32_t second = 0;   ///< the first one
    std::uint32_t seconds = 1;  ///< how many: a power of two
    std::uint32_t starts = 0;
    std::uint32_t completed = 0;
    std::uint32_t failed = 0;
    std::uint32_t open_streams = 0;  ///< at the end of the point
    std::uint64_t chunks = 0;
    std::optional<core::Duration> ttft_p50;
    std::optional<core::Duration> ttft_p99;
    std::optional<core::Duration> gap_p99;
    LatencySketch ttft_sketch;  ///< what the quantiles are taken from, so that points can be added up; empty in files of older versions
    LatencySketch gap_sketch;
};

/// Failures of one outcome, for a person: how many, when first, what they said.
struct ErrorGroup {
    stream::Outcome outcome = stream::Outcome::Cancelled;
    std::uint64_t count = 0;
    core::Duration first_at{0};        ///< since the start of the run
    std::vector<std::string> samples;  ///< at most five, distinct, printable, scrubbed
};

struct Counters {
    std::uint64_t started = 0;
    std::uint64_t chunks = 0;
    std::uint64_t coalesced = 0;
    std::uint64_t unknown_events = 0;
    std::uint64_t stalls = 0;
    core::Duration longest_stall{0};
    std::uint64_t body_bytes = 0;
    std::uint64_t tokens = 0;  ///< by the server's usage where given, else chunks
    std::uint64_t streams_with_usage = 0;
    std::uint64_t reused_connections = 0;
    std::uint64_t kernel_stamped = 0;  ///< streams whose first token had a kernel stamp
    std::uint64_t user_stamped = 0;
    std::uint64_t first_tokens_reasoning = 0;
    std::uint64_t missed_starts = 0;  ///< arrivals of an open loop that could not be started at all

    Counters& operator+=(const Counters& other);
};

/// How far our arrival stamps were from the send stamps of a relay that sends them: absolute values.
struct StampError {
    struct Summary {
        std::uint64_t count = 0;
        core::Duration mean{0};
        core::Duration p50{0};
        core::Duration p99{0};
        core::Duration max{0};
        std::optional<stats::HdrHistogram> histogram_ns;  ///< what the quantiles are taken from; absent in files of older versions
    };
    Summary ttft;       ///< arrival of the first token − its send stamp
    Summary gap;        ///< our gap − the relay's gap
    Summary user_ttft;  ///< the same two, had every arrival been stamped by our code and none by the kernel
    Summary user_gap;
};

struct ArmResult {
    std::string name;
    std::string relay;  ///< URL or "embedded:profile"
    std::string dialect;
    std::string model;
    std::array<std::uint64_t, stream::kOutcomeCount> outcomes{};  ///< by Outcome; warm-up excluded
    std::array<Distribution, kMetricCount> metrics;
    Counters counters;
    std::optional<core::Duration> window;  ///< measured window of its own; absent: the run's
    std::vector<SeriesPoint> series;
    std::vector<stream::StreamRecord> streams;  ///< a bounded sample, see streams_sampled_of
    std::uint64_t streams_sampled_of = 0;       ///< how many records `streams` was drawn from
    std::vector<ErrorGroup> errors;
    std::optional<StampError> stamp_error;  ///< only when the relay was asked for its send stamps
    std::optional<GapSpread> gap_spread;    ///< absent for too few streams
    StreamSet stream_set;                   ///< in memory only, for comparing arms

    [[nodiscard]] const Distribution& metric(Metric m) const { return metrics[static_cast<std::size_t>(m)]; }
    [[nodiscard]] Distribution& metric(Metric m) { return metrics[static_cast<std::size_t>(m)]; }
    [[nodiscard]] std::uint64_t outcome(stream::Outcome o) const { return outcomes[static_cast<std::size_t>(o)]; }
    /// Streams with an outcome (warm-up excluded).
    [[nodiscard]] std::uint64_t ended() const;
    /// By stream::is_error.
    [[nodiscard]] std::uint64_t errored() const;
};

struct WorkerAudit {
    double cpu_share = 0;  ///< CPU time ÷ wall time of the worker thread
    std::uint64_t reads = 0;
    std::uint64_t wakeups = 0;
    std::uint64_t chunks = 0;
};

/// The tool's report on itself.
struct Audit {
    bool saturated = false;
    std::vector<std::string> reasons;  ///< one sentence each, empty when not saturated
    std::vector<Metric> distorted;     ///< metrics whose gates must be inconclusive
    Distribution client_delay;         ///< kernel stamp → our code, every read (empty without kernel stamps)
    Distribution schedule_lag;
    std::vector<WorkerAudit> workers;
    std::uint64_t kernel_stamped_reads = 0;
    std::uint64_t user_stamped_reads = 0;
    std::uint64_t clock_steps = 0;  ///< of the calendar, noticed by the worker that noticed most
    std::uint64_t fd_limit = 0;
    std::uint64_t peak_open_streams = 0;
};

/// The most processes that may share a plan.
inline constexpr std::uint32_t kMaxShards = 1000;

/// Which part of a plan one process played: `index` (from 1) of `count`.
struct Shard {
    std::uint32_t index = 1;
    std::uint32_t count = 1;
};

/// One part of a merged result.
struct MergedShard {
    std::uint32_t index = 1;
    std::string host;
    std::string started_at;
    core::Duration duration{0};
    bool partial = false;
    std::string stop_reason;
};

struct Provenance {
    std::string version;
    std::uint64_t seed = 0;
    std::string scenario_name;
    std::string scenario_sha256;      ///< of the resolved scenario in its canonical JSON form
    std::string prompts_sha256;       ///< of everything that streams asked, the data set's contents included
    std::string load;                 ///< for people: "closed loop, 50 streams, 30s"
    std::string host;                 ///< operating system, machine, cores: no host name
    std::string started_at;           ///< RFC 3339, UTC
    core::Duration duration{0};       ///< of the measured window
    bool partial = false;             ///< interrupted or stopped by a budget before its plan was done
    std::string stop_reason;          ///< "count reached", "duration over", "interrupted", "token budget used up", …
    std::optional<Shard> shard;       ///< when this is one of several processes that play the plan
    std::vector<MergedShard> shards;  ///< when this was merged from shards: all of them, in order
};

enum class GateVerdict { Passed, Failed, Inconclusive };

struct GateResult {
    std::string expression;  ///< as the user wrote it
    std::string arm;
    GateVerdict verdict = GateVerdict::Inconclusive;
    std::string observed;  ///< "612 ms", "> 30 s (2 % never answered)", "nothing observed"
    std::string reason;    ///< why inconclusive; empty otherwise
};

enum class ResultKind { Run, Compare };

/// A finished run as data: what run writes and report, compare and gate read.
struct RunResult {
    ResultKind kind = ResultKind::Run;
    Provenance provenance;
    Audit audit;
    std::vector<ArmResult> arms;
    Pairing pairing = Pairing::Apart;
    double confidence =
        0.95;  ///< of the comparisons: each interval by itself, and 1 − confidence the risk of a false alarm in all rows together
    std::vector<ArmComparison> comparisons;  ///< of each arm with the first, when there are several
    std::vector<GateResult> gates;
    std::vector<Warning> warnings;

    /// Over which an arm's counts become rates.
    [[nodiscard]] core::Duration window_of(const ArmResult& arm) const { return arm.window.value_or(provenance.duration); }
};

}  // namespace relaybench::result
