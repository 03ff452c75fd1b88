#pragma once

#include <cstdint>
#include <string>

#include "core/random.h"
#include "result/aggregate.h"
#include "result/run_result.h"

namespace relaybench::test {

struct SampleArm {
    std::string name = "fast";
    std::uint64_t streams = 400;
    std::uint64_t failures = 4;  ///< dropped after the first token, and refused, in turn
    double scale = 1.0;          ///< of all latencies
    std::uint64_t seed = 1;
};

inline stream::StreamRecord sample_stream(std::uint64_t number, double scale, core::Random& random) {
    const core::TimePoint window{std::chrono::hours(1)};
    const auto scaled = [&](double ms) { return core::Duration{static_cast<std::int64_t>(ms * scale * 1000) * 1000}; };
    stream::StreamRecord record;
    record.arrival = number;
    record.intended_start = window + std::chrono::milliseconds(number * 25);
    record.started = record.intended_start + std::chrono::microseconds(20 + random.below(60));
    record.connected = record.started + scaled(0.4 + random.exponential(0.1));
    record.written = *record.connected + std::chrono::microseconds(12);
    record.head = *record.written + scaled(2.0 + random.exponential(0.5));
    record.first_event = *record.head + std::chrono::microseconds(30);
    record.first_token = *record.written + scaled(180 + random.exponential(40));
    record.first_answer = record.first_token;
    record.last_token = *record.first_token + scaled(1200 + random.exponential(60));
    record.ended = *record.last_token + std::chrono::microseconds(250);
    record.first_token_kind = wire::TokenKind::Text;
    record.stamp_source = stream::StampSource::Kernel;
    record.chunks = 60;
    record.coalesced = 2;
    record.body_bytes = 9000;
    record.token_bytes = 300;
    record.longest_gap = scaled(25 + random.exponential(10));
    record.usage_tokens = 61;
    record.outcome = stream::Outcome::Complete;
    record.status = 200;
    record.end_kind = stream::EndKind::BodyComplete;
    return record;
}

inline void fail(stream::StreamRecord& record, std::uint64_t number) {
    record.usage_tokens.reset();
    if (number % 2 == 0) {
        record.outcome = stream::Outcome::Dropped;
        record.end_kind = stream::EndKind::Reset;
        record.detail = "connection reset by peer";
        return;
    }
    for (auto* each : {&record.head, &record.first_event, &record.first_token, &record.first_answer, &record.last_token, &record.connected,
                       &record.written}) {
        each->reset();
    }
    record.ended = record.started + std::chrono::milliseconds(1);
    record.first_token_kind = wire::TokenKind::None;
    record.chunks = 0;
    record.coalesced = 0;
    record.body_bytes = 0;
    record.status = 0;
    record.outcome = stream::Outcome::ConnectFailed;
    record.end_kind = stream::EndKind::ConnectFailed;
    record.detail = "connect to 127.0.0.1:8088: connection refused";
}

inline result::ArmResult sample_arm(const SampleArm& wanted) {
    core::Random random(wanted.seed);
    result::ArmRecorder recorder({.window_start = core::TimePoint{std::chrono::hours(1)}, .max_streams = 5});
    for (std::uint64_t i = 0; i < wanted.streams; ++i) {
        stream::StreamRecord record = sample_stream(i, wanted.scale, random);
        if (i < wanted.failures)
            fail(record, i);
        for (std::uint32_t chunk = 0; chunk < record.chunks; ++chunk) {
            const core::Duration gap{static_cast<std::int64_t>(wanted.scale * (18'000'000 + random.exponential(2'000'000)))};
            recorder.count_chunk(*record.first_token + chunk * gap);
            if (chunk > 0) {
                recorder.record_gap(gap);
                record.gaps.add(gap);
            }
        }
        recorder.record(record);
    }
    return recorder.finish({wanted.name, "embedded:" + wanted.name, "chat-sse", "gpt-4o-mini"});
}

/// A finished run of one arm, the same on every machine.
inline result::RunResult sample_run(const SampleArm& wanted = {}) {
    result::RunResult run;
    run.provenance.version = "0.1.0";
    run.provenance.seed = 1;
    run.provenance.scenario_name = "smoke";
    run.provenance.scenario_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    run.provenance.load = "open loop, 40/s, 10s";
    run.provenance.host = "Linux 6.1 x86_64, 2 cores";
    run.provenance.started_at = "2026-11-21T00:00:00Z";
    run.provenance.duration = std::chrono::milliseconds(11'500);
    run.provenance.stop_reason = "duration over";
    run.pairing = result::Pairing::Dealt;
    run.arms.push_back(sample_arm(wanted));
    run.audit.client_delay.record(std::chrono::microseconds(38));
    run.audit.schedule_lag = run.arms.front().metric(result::Metric::ScheduleLag);
    run.audit.workers.push_back({.cpu_share = 0.12, .reads = 24'000, .wakeups = 20'000, .chunks = 24'000});
    run.audit.kernel_stamped_reads = 24'000;
    run.audit.fd_limit = 1'048'576;
    run.audit.peak_open_streams = 58;
    return run;
}

}  // namespace relaybench::test
