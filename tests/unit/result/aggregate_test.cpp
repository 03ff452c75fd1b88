#include "result/aggregate.h"

#include <doctest/doctest.h>

#include <string>

namespace core = relaybench::core;
namespace stream = relaybench::stream;
namespace wire = relaybench::wire;
using namespace std::chrono_literals;
using relaybench::result::ArmRecorder;
using relaybench::result::ArmResult;
using relaybench::result::Metric;
using stream::Outcome;

namespace {

const core::TimePoint kStart{1h};

ArmRecorder recorder(wire::Carrier carrier = wire::Carrier::Http) { return ArmRecorder({.window_start = kStart, .carrier = carrier}); }

/// Starts `at` after the window's start, 2 ms late; 3 ms to connect, 1 ms to write; head after 5, tokens from 20 to 120 ms after the request.
stream::StreamRecord complete_stream(core::Duration at) {
    stream::StreamRecord record;
    record.intended_start = kStart + at;
    record.started = record.intended_start + 2ms;
    record.connected = record.started + 3ms;
    record.written = *record.connected + 1ms;
    record.head = *record.written + 5ms;
    record.first_event = *record.written + 6ms;
    record.first_token = *record.written + 20ms;
    record.first_answer = *record.written + 40ms;
    record.last_token = *record.written + 120ms;
    record.ended = *record.written + 121ms;
    record.first_token_kind = wire::TokenKind::Reasoning;
    record.chunks = 6;
    record.usage_tokens = 11;
    record.body_bytes = 600;
    record.outcome = Outcome::Complete;
    record.status = 200;
    return record;
}

stream::StreamRecord dropped_after_first_token(core::Duration at) {
    stream::StreamRecord record = complete_stream(at);
    record.outcome = Outcome::Dropped;
    record.usage_tokens.reset();
    record.end_kind = stream::EndKind::Reset;
    record.detail = "connection reset by peer";
    return record;
}

stream::StreamRecord refused_connection(core::Duration at) {
    stream::StreamRecord record;
    record.intended_start = kStart + at;
    record.started = record.intended_start;
    record.ended = record.started + 1ms;
    record.outcome = Outcome::ConnectFailed;
    record.detail = "connection refused";
    return record;
}

stream::StreamRecord cancelled_while_waiting(core::Duration at) {
    stream::StreamRecord record = complete_stream(at);
    record.first_token.reset();
    record.first_answer.reset();
    record.last_token.reset();
    record.chunks = 0;
    record.usage_tokens.reset();
    record.first_token_kind = wire::TokenKind::None;
    record.outcome = Outcome::Cancelled;
    return record;
}

ArmResult finished(const ArmRecorder& recorder) { return recorder.finish({"a", "embedded:fast", "chat-sse", "m"}); }

}  // namespace

TEST_CASE("arm recorder: each phase of a complete stream enters its metric, from its own start") {
    ArmRecorder arm = recorder();
    arm.record(complete_stream(0s));
    const auto value = [&](Metric metric) { return finished(arm).metric(metric).max().value(); };
    CHECK(value(Metric::ScheduleLag) == 2ms);
    CHECK(value(Metric::Connect) == 3ms);
    CHECK(value(Metric::Headers) == 5ms);
    CHECK(value(Metric::Ttft) == 20ms);
    CHECK(value(Metric::TtftOk) == 20ms);
    CHECK(value(Metric::Ttfo) == 40ms);
    CHECK(value(Metric::TtftIntended) == 26ms);
    CHECK(value(Metric::E2e) == 121ms);
    CHECK(value(Metric::Tpot) == 10ms);
    CHECK(finished(arm).metric(Metric::Tls).count() == 0);
    CHECK(finished(arm).metric(Metric::Upgrade).count() == 0);
}

TEST_CASE("arm recorder: the first stream of a closed loop's slot, which cannot be late, does not thin out the schedule lag") {
    ArmRecorder arm = recorder();
    auto opening = complete_stream(0s);
    opening.opens_slot = true;
    arm.record(opening);
    arm.record(complete_stream(1s));
    CHECK(finished(arm).metric(Metric::ScheduleLag).count() == 1);
    CHECK(finished(arm).metric(Metric::ScheduleLag).max() == 2ms);
    CHECK(finished(arm).metric(Metric::TtftIntended).count() == 2);
}

TEST_CASE("arm recorder: a stream that failed after its first token answered, but never completed") {
    ArmRecorder arm = recorder();
    arm.record(dropped_after_first_token(0s));
    const ArmResult result = finished(arm);
    CHECK(result.metric(Metric::Ttft).answered() == 1);
    CHECK(result.metric(Metric::Ttft).never() == 0);
    CHECK(result.metric(Metric::E2e).answered() == 0);
    CHECK(result.metric(Metric::E2e).never() == 1);
    CHECK(result.metric(Metric::Tpot).count() == 0);
}

TEST_CASE("arm recorder: a stream that never connected counts as never in everything it should have reached") {
    ArmRecorder arm = recorder();
    arm.record(refused_connection(0s));
    const ArmResult result = finished(arm);
    for (const Metric metric : {Metric::Connect, Metric::Ttft, Metric::Ttfo, Metric::TtftIntended, Metric::E2e}) {
        CHECK(result.metric(metric).never() == 1);
        CHECK(result.metric(metric).answered() == 0);
    }
    CHECK(result.metric(Metric::TtftOk).count() == 0);
    CHECK(result.metric(Metric::Headers).count() == 0);
}

TEST_CASE("arm recorder: a stream cancelled while it waited is censored, not failed") {
    ArmRecorder arm = recorder();
    arm.record(cancelled_while_waiting(0s));
    const ArmResult result = finished(arm);
    CHECK(result.metric(Metric::Ttft).censored() == 1);
    CHECK(result.metric(Metric::Ttft).count() == 0);
    CHECK(result.metric(Metric::E2e).censored() == 1);
    CHECK(result.errored() == 0);
    CHECK(result.errors.empty());
}

TEST_CASE("arm recorder: a complete stream without a single token never answered") {
    stream::StreamRecord record = cancelled_while_waiting(0s);
    record.outcome = Outcome::Complete;
    ArmRecorder arm = recorder();
    arm.record(record);
    CHECK(finished(arm).metric(Metric::Ttft).never() == 1);
    CHECK(finished(arm).metric(Metric::E2e).answered() == 1);
}

TEST_CASE("arm recorder: nothing of a warm-up stream is recorded") {
    stream::StreamRecord record = refused_connection(0s);
    record.warmup = true;
    ArmRecorder arm = recorder();
    arm.record(record);
    const ArmResult result = finished(arm);
    CHECK(result.ended() == 0);
    CHECK(result.counters.started == 0);
    CHECK(result.metric(Metric::ScheduleLag).count() == 0);
    CHECK(result.series.empty());
    CHECK(result.streams_sampled_of == 0);
}

TEST_CASE("arm recorder: a reused connection has a first token and no connect time") {
    stream::StreamRecord record = complete_stream(0s);
    record.reused_connection = true;
    ArmRecorder arm = recorder();
    arm.record(record);
    CHECK(finished(arm).metric(Metric::Connect).count() == 0);
    CHECK(finished(arm).metric(Metric::Ttft).answered() == 1);
    CHECK(finished(arm).counters.reused_connections == 1);
}

TEST_CASE("arm recorder: a WebSocket has tls and upgrade apart, and no headers metric") {
    stream::StreamRecord record = complete_stream(0s);
    record.secured = *record.connected + 7ms;
    record.upgraded = *record.secured + 9ms;
    ArmRecorder arm = recorder(wire::Carrier::WebSocket);
    arm.record(record);
    const ArmResult result = finished(arm);
    CHECK(result.metric(Metric::Tls).max() == 7ms);
    CHECK(result.metric(Metric::Upgrade).max() == 9ms);
    CHECK(result.metric(Metric::Headers).count() == 0);
}

TEST_CASE("arm recorder: tokens are counted by usage where the server gave it, else by chunks") {
    ArmRecorder arm = recorder();
    arm.record(complete_stream(0s));
    arm.record(dropped_after_first_token(0s));
    const auto counters = finished(arm).counters;
    CHECK(counters.tokens == 11 + 6);
    CHECK(counters.streams_with_usage == 1);
    CHECK(counters.chunks == 12);
    CHECK(counters.first_tokens_reasoning == 2);
}

TEST_CASE("arm recorder: a stream of one token has no time per token") {
    stream::StreamRecord record = complete_stream(0s);
    record.usage_tokens = 1;
    ArmRecorder arm = recorder();
    arm.record(record);
    CHECK(finished(arm).metric(Metric::Tpot).count() == 0);
}

TEST_CASE("arm recorder: failures are grouped with first time and at most five different samples") {
    ArmRecorder arm = recorder();
    for (int i = 9; i >= 0; --i) {
        stream::StreamRecord record = refused_connection(std::chrono::seconds(i));
        record.detail = "reason " + std::to_string(i % 7);
        arm.record(record);
    }
    arm.record(dropped_after_first_token(3s));
    const ArmResult result = finished(arm);
    REQUIRE(result.errors.size() == 2);
    CHECK(result.errors[0].outcome == Outcome::ConnectFailed);
    CHECK(result.errors[0].count == 10);
    CHECK(result.errors[0].first_at == 1ms);
    CHECK(result.errors[0].samples.size() == 5);
    CHECK(result.errors[1].samples == std::vector<std::string>{"connection reset by peer"});
}

TEST_CASE("arm recorder: the series counts starts, ends and open streams second by second") {
    ArmRecorder arm = recorder();
    stream::StreamRecord slow = complete_stream(0s);
    slow.ended = kStart + 2500ms;
    arm.record(slow);
    arm.record(refused_connection(1s));
    arm.count_chunk(kStart - 1ms);
    arm.count_chunk(kStart + 10ms);
    arm.count_chunk(kStart + 1100ms);
    arm.record_gap(30ms);
    const auto series = finished(arm).series;
    REQUIRE(series.size() == 3);
    CHECK(series[0].starts == 1);
    CHECK(series[0].open_streams == 1);
    CHECK(series[0].chunks == 2);
    CHECK(series[1].failed == 1);
    CHECK(series[1].open_streams == 1);
    CHECK(series[2].completed == 1);
    CHECK(series[2].open_streams == 0);
    REQUIRE(series[0].ttft_p50.has_value());
    CHECK(static_cast<double>(series[0].ttft_p50->count()) == doctest::Approx(20e6).epsilon(0.035));
    CHECK_FALSE(series[0].gap_p99.has_value());
    REQUIRE(series[1].gap_p99.has_value());
    CHECK(static_cast<double>(series[1].gap_p99->count()) == doctest::Approx(30e6).epsilon(0.035));
}

TEST_CASE("arm recorder: times in the stream sample count from the start of the window") {
    ArmRecorder arm = recorder();
    arm.record(complete_stream(5s));
    const auto streams = finished(arm).streams;
    REQUIRE(streams.size() == 1);
    CHECK(streams[0].intended_start.time_since_epoch() == 5s);
    CHECK(streams[0].first_token.value() - streams[0].written.value() == 20ms);
}

TEST_CASE("arm recorder: merging workers gives the counts, metrics and sample of one worker that saw all") {
    const ArmRecorder::Options options{.window_start = kStart, .carrier = wire::Carrier::Http, .seed = 5, .max_streams = 10};
    ArmRecorder whole(options);
    ArmRecorder left(options);
    ArmRecorder right(options);
    for (std::uint64_t i = 0; i < 100; ++i) {
        const core::Duration at = std::chrono::milliseconds(i * 37);
        stream::StreamRecord record = i % 9 == 0 ? refused_connection(at) : complete_stream(at);
        record.arrival = i;
        ArmRecorder& one = i % 3 == 0 ? left : right;
        for (ArmRecorder* each : {&whole, &one}) {
            each->record(record);
            each->count_chunk(record.started);
            each->record_gap(std::chrono::microseconds(100 + i));
        }
    }
    left.merge(right);
    const ArmResult merged = finished(left);
    const ArmResult expected = finished(whole);
    CHECK(merged.outcomes == expected.outcomes);
    CHECK(merged.metrics == expected.metrics);
    CHECK(merged.counters.chunks == expected.counters.chunks);
    CHECK(merged.streams_sampled_of == 100);
    REQUIRE(merged.streams.size() == 10);
    for (std::size_t i = 0; i < 10; ++i)
        CHECK(merged.streams[i].arrival == expected.streams[i].arrival);
    REQUIRE(merged.series.size() == expected.series.size());
    for (std::size_t i = 0; i < merged.series.size(); ++i) {
        CHECK(merged.series[i].starts == expected.series[i].starts);
        CHECK(merged.series[i].chunks == expected.series[i].chunks);
        CHECK(merged.series[i].gap_p99 == expected.series[i].gap_p99);
    }
}
