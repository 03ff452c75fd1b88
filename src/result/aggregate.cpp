#include "result/aggregate.h"

#include <algorithm>
#include <optional>

#include "result/record_metrics.h"

namespace relaybench::result {
namespace {

using stream::Outcome;
using stream::StreamRecord;

/// The rule of docs/metrics.md for a point that every stream should reach: reached → its time; cancelled while waiting → censored; else never.
void record_point(Distribution& distribution, const StreamRecord& record, core::TimePoint from, std::optional<core::TimePoint> to) {
    if (to) {
        distribution.record(*to - from);
    } else if (record.outcome == Outcome::Cancelled) {
        distribution.record_censored();
    } else {
        distribution.record_never();
    }
}

}  // namespace

ArmRecorder::ArmRecorder(const Options& options)
    : options_(options),
      series_(options.window_start),
      sample_(options.seed, options.max_streams),
      collector_({.window_start = options.window_start, .seed = options.seed, .arms = options.arms}) {}

void ArmRecorder::record(const StreamRecord& record) {
    if (record.warmup)
        return;
    ++outcomes_.at(static_cast<std::size_t>(record.outcome));
    // As on time, starts that cannot be late would hide those that are.
    if (!record.opens_slot)
        metric(Metric::ScheduleLag).record(record.started - record.intended_start);
    record_connection(record);
    record_head(record);
    record_tokens(record);
    record_end(record);
    count(record);
    series_.count_stream(record.started, record.ended, record.outcome);
    sample_.offer(record);
    collector_.offer(record);
}

void ArmRecorder::record_gap(core::Duration gap) {
    metric(Metric::Gap).record(gap);
    series_.record_gap(gap);
}

void ArmRecorder::record_connection(const StreamRecord& record) {
    if (record.reused_connection)
        return;
    const bool failed = stream::is_error(record.outcome);
    if (record.connected) {
        metric(Metric::Connect).record(*record.connected - record.started);
    } else if (failed) {
        metric(Metric::Connect).record_never();
    }
    if (record.connected && record.secured) {
        metric(Metric::Tls).record(*record.secured - *record.connected);
    } else if (record.outcome == Outcome::TlsFailed) {
        metric(Metric::Tls).record_never();
    }
    if (options_.carrier != wire::Carrier::WebSocket || !record.connected)
        return;
    if (record.upgraded) {
        metric(Metric::Upgrade).record(*record.upgraded - record.secured.value_or(*record.connected));
    } else if (failed && record.outcome != Outcome::TlsFailed) {
        metric(Metric::Upgrade).record_never();
    }
}

void ArmRecorder::record_head(const StreamRecord& record) {
    if (options_.carrier != wire::Carrier::Http || !record.written)
        return;
    if (record.head) {
        metric(Metric::Headers).record(*record.head - *record.written);
    } else if (stream::is_error(record.outcome)) {
        metric(Metric::Headers).record_never();
    }
}

void ArmRecorder::record_tokens(const StreamRecord& record) {
    const core::TimePoint asked = request_point(record);
    record_point(metric(Metric::Ttft), record, asked, record.first_token);
    record_point(metric(Metric::Ttfo), record, asked, record.first_answer);
    record_point(metric(Metric::TtftIntended), record, record.intended_start, record.first_token);
    if (!record.first_token)
        return;
    metric(Metric::TtftOk).record(*record.first_token - asked);
    series_.record_ttft(*record.first_token, *record.first_token - asked);
}

void ArmRecorder::record_end(const StreamRecord& record) {
    record_point(metric(Metric::E2e), record, request_point(record), completion_point(record));
    if (const auto tpot = time_per_token(record))
        metric(Metric::Tpot).record(*tpot);
}

void ArmRecorder::count(const StreamRecord& record) {
    Counters one;
    one.started = 1;
    one.chunks = record.chunks;
    one.coalesced = record.coalesced;
    one.unknown_events = record.unknown_events;
    one.stalls = record.stalls;
    if (record.stalls > 0)
        one.longest_stall = record.longest_gap;
    one.body_bytes = record.body_bytes;
    one.tokens = token_count(record);
    one.streams_with_usage = record.usage_tokens ? 1 : 0;
    one.reused_connections = record.reused_connection ? 1 : 0;
    const bool by_kernel = record.stamp_source == stream::StampSource::Kernel;
    one.kernel_stamped = record.first_token && by_kernel ? 1 : 0;
    one.user_stamped = record.first_token && !by_kernel ? 1 : 0;
    one.first_tokens_reasoning = record.first_token_kind == wire::TokenKind::Reasoning ? 1 : 0;
    counters_ += one;
    if (!stream::is_error(record.outcome))
        return;
    errors_.record(record.outcome, std::max(core::Duration{0}, record.ended - options_.window_start), record.detail);
}

void ArmRecorder::merge(const ArmRecorder& other) {
    for (std::size_t i = 0; i < outcomes_.size(); ++i)
        outcomes_[i] += other.outcomes_[i];
    for (std::size_t i = 0; i < metrics_.size(); ++i)
        metrics_[i].merge(other.metrics_[i]);
    counters_ += other.counters_;
    series_.merge(other.series_);
    sample_.merge(other.sample_);
    collector_.merge(other.collector_);
    errors_.merge(other.errors_);
}

void ArmRecorder::clear() {
    outcomes_.fill(0);
    for (Distribution& each : metrics_)
        each.clear();
    counters_ = {};
    series_.clear();
    sample_.clear();
    collector_.clear();
    errors_ = {};
}

ArmResult ArmRecorder::finish(const Identity& identity) const {
    ArmResult arm;
    arm.name = identity.name;
    arm.relay = identity.relay;
    arm.dialect = identity.dialect;
    arm.model = identity.model;
    arm.outcomes = outcomes_;
    arm.metrics = metrics_;
    arm.counters = counters_;
    arm.series = series_.points();
    arm.streams = sample_.records();
    for (StreamRecord& each : arm.streams)
        shift_times(each, -options_.window_start.time_since_epoch());
    arm.streams_sampled_of = sample_.offered();
    arm.errors = errors_.groups();
    arm.stream_set = collector_.streams();
    arm.gap_spread = gap_spread(arm.metric(Metric::Gap), arm.stream_set.gaps);
    return arm;
}

}  // namespace relaybench::result
