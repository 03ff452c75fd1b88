#include "judge/gate.h"

#include <doctest/doctest.h>

#include <string>

#include "support/sample_result.h"

namespace judge = relaybench::judge;
namespace stream = relaybench::stream;
namespace test = relaybench::test;
using namespace std::chrono_literals;
using relaybench::result::ArmResult;
using relaybench::result::GateResult;
using relaybench::result::GateVerdict;
using relaybench::result::Metric;
using relaybench::result::RunResult;

namespace {

/// One arm of `answered` streams with a ttft of 100 ms and `failed` ones that never answered.
RunResult run_of(std::uint64_t answered, std::uint64_t failed) {
    RunResult run;
    run.provenance.duration = 10s;
    ArmResult arm;
    arm.name = "a";
    arm.outcomes[static_cast<std::size_t>(stream::Outcome::Complete)] = answered;
    arm.outcomes[static_cast<std::size_t>(stream::Outcome::Dropped)] = failed;
    for (std::uint64_t i = 0; i < answered; ++i)
        arm.metric(Metric::Ttft).record(100ms);
    for (std::uint64_t i = 0; i < failed; ++i)
        arm.metric(Metric::Ttft).record_never();
    arm.counters.chunks = answered * 100;
    run.arms.push_back(arm);
    return run;
}

GateResult judged(const RunResult& run, const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    REQUIRE_MESSAGE(gate.has_value(), gate.error().message);
    const auto results = judge::judge_gates({*gate}, run);
    REQUIRE(results.size() == 1);
    return results.front();
}

GateVerdict verdict(const RunResult& run, const std::string& expression) { return judged(run, expression).verdict; }

}  // namespace

TEST_CASE("gate: a limit that holds passes, one that does not fails, and both say what was observed") {
    const RunResult run = run_of(200, 0);
    CHECK(verdict(run, "ttft.p99 < 101ms") == GateVerdict::Passed);
    CHECK(verdict(run, "ttft.p99 < 100ms") == GateVerdict::Failed);
    CHECK(verdict(run, "ttft.p99 <= 100ms") == GateVerdict::Passed);
    CHECK(verdict(run, "ttft.count >= 200") == GateVerdict::Passed);
    CHECK(judged(run, "ttft.p99 < 99ms").observed == "100 ms");
    CHECK(judged(run, "ttft.p99 < 99ms").reason.empty());
}

TEST_CASE("gate: a metric that was never observed is inconclusive, not a pass") {
    const GateResult result = judged(run_of(200, 0), "heartbeat.p99 < 1s");
    CHECK(result.verdict == GateVerdict::Inconclusive);
    CHECK(result.observed == "nothing observed");
    CHECK_FALSE(result.reason.empty());
}

TEST_CASE("gate: a run without a single stream is inconclusive for every kind of gate") {
    for (const char* gate : {"ttft.p99 < 1s", "errors.rate < 1%", "chunks.rate > 1/s", "chunks.rate < 1/s", "ttft.count >= 0"})
        CHECK(verdict(run_of(0, 0), gate) == GateVerdict::Inconclusive);
}

TEST_CASE("gate: streams that all failed fail every latency gate, whatever it compares") {
    for (const char* gate : {"ttft.p99 < 1h", "ttft.p50 > 1ms", "gap.p99 < 1h", "heartbeat.max < 1h", "ttft.count > 0"})
        CHECK(verdict(run_of(0, 10), gate) == GateVerdict::Failed);
    CHECK(verdict(run_of(0, 10), "errors.rate < 1%") == GateVerdict::Failed);
}

TEST_CASE("gate: two in a hundred that never answered fail p99 and leave p50 alone") {
    const RunResult run = run_of(98, 2);
    const GateResult p99 = judged(run, "ttft.p99 < 30s");
    CHECK(p99.verdict == GateVerdict::Failed);
    CHECK(p99.observed == "> 100 ms (2 % never answered)");
    CHECK(verdict(run, "ttft.p50 < 1s") == GateVerdict::Passed);
}

TEST_CASE("gate: a mean or a maximum over streams of which one never answered is infinite") {
    const RunResult run = run_of(99, 1);
    CHECK(verdict(run, "ttft.max < 30s") == GateVerdict::Failed);
    const GateResult mean = judged(run, "ttft.mean < 30s");
    CHECK(mean.verdict == GateVerdict::Failed);
    CHECK(mean.observed == "no mean (1 % never answered)");
}

TEST_CASE("gate: rates leave out what we cancelled ourselves") {
    RunResult run = run_of(90, 10);
    run.arms[0].outcomes[static_cast<std::size_t>(stream::Outcome::Cancelled)] = 900;
    const GateResult result = judged(run, "errors.rate < 2%");
    CHECK(result.verdict == GateVerdict::Failed);
    CHECK(result.observed == "10 % (10 of 100)");
    CHECK(verdict(run, "truncated.rate < 1%") == GateVerdict::Passed);
    CHECK(verdict(run, "cancelled.rate > 89%") == GateVerdict::Passed);
}

TEST_CASE("gate: throughput is per second of the measured window") {
    const RunResult run = run_of(100, 0);
    CHECK(verdict(run, "chunks.rate > 999/s") == GateVerdict::Passed);
    CHECK(verdict(run, "chunks.rate > 1001/s") == GateVerdict::Failed);
    CHECK(verdict(run, "streams.rate >= 10/s") == GateVerdict::Passed);
    RunResult instant = run;
    instant.provenance.duration = 0s;
    CHECK(verdict(instant, "chunks.rate > 1/s") == GateVerdict::Inconclusive);
}

TEST_CASE("gate: a saturated generator makes the metrics that it distorts inconclusive, passing or failing") {
    RunResult run = run_of(200, 0);
    run.audit.saturated = true;
    run.audit.reasons = {"worker 1 used 97 % of a core"};
    run.audit.distorted = {Metric::Ttft};
    for (const char* gate : {"ttft.p99 < 1s", "ttft.p99 < 1ms"}) {
        const GateResult result = judged(run, gate);
        CHECK(result.verdict == GateVerdict::Inconclusive);
        CHECK(result.reason == "the generator was saturated: worker 1 used 97 % of a core");
    }
    CHECK(verdict(run, "errors.rate < 1%") == GateVerdict::Passed);
    CHECK(verdict(run, "ttft.count > 10") == GateVerdict::Passed);
    CHECK(verdict(run, "chunks.rate > 1/s") == GateVerdict::Passed);
    CHECK(verdict(run, "chunks.rate > 9000/s") == GateVerdict::Inconclusive);
}

TEST_CASE("gate: an intended ttft that our own late starts alone put above its limit is inconclusive") {
    RunResult run = run_of(100, 0);
    for (int i = 0; i < 100; ++i) {
        run.arms[0].metric(Metric::TtftIntended).record(i < 3 ? 180ms : 100ms);
        run.arms[0].metric(Metric::ScheduleLag).record(i < 3 ? 80ms : 1ms);
    }
    for (const char* gate : {"ttft_intended.p99 < 150ms", "ttft_intended.max <= 150ms"}) {
        const GateResult result = judged(run, gate);
        CHECK(result.verdict == GateVerdict::Inconclusive);
        CHECK(result.reason == "relaybench's own schedule lag is enough to break it");
    }
    // Without the lag it would be broken too; and what holds with it holds.
    CHECK(verdict(run, "ttft_intended.p99 < 90ms") == GateVerdict::Failed);
    CHECK(verdict(run, "ttft_intended.p50 < 90ms") == GateVerdict::Failed);
    CHECK(verdict(run, "ttft_intended.p99 < 1s") == GateVerdict::Passed);
    CHECK(verdict(run, "ttft.p99 < 90ms") == GateVerdict::Failed);
}

TEST_CASE("gate: our own late starts do not excuse streams that never answered") {
    RunResult run = run_of(90, 10);
    for (int i = 0; i < 90; ++i)
        run.arms[0].metric(Metric::TtftIntended).record(100ms);
    for (int i = 0; i < 10; ++i)
        run.arms[0].metric(Metric::TtftIntended).record_never();
    for (int i = 0; i < 100; ++i)
        run.arms[0].metric(Metric::ScheduleLag).record(10s);
    CHECK(verdict(run, "ttft_intended.p99 < 1s") == GateVerdict::Failed);
}

TEST_CASE("gate: saturation does not excuse streams that never answered") {
    RunResult run = run_of(90, 10);
    run.audit.saturated = true;
    run.audit.distorted = {Metric::Ttft};
    CHECK(verdict(run, "ttft.p99 < 1s") == GateVerdict::Failed);
    CHECK(verdict(run, "ttft.p50 < 1s") == GateVerdict::Inconclusive);
}

TEST_CASE("gate: without an arm's name it must hold for every arm") {
    RunResult run = run_of(200, 0);
    run.arms.push_back(run_of(0, 5).arms[0]);
    run.arms[1].name = "b";
    const auto all = judge::judge_gates(*judge::parse_gates({"ttft.p99 < 1s", "arm(a).ttft.p99 < 1s"}, {"a", "b"}), run);
    REQUIRE(all.size() == 3);
    CHECK(all[0].arm == "a");
    CHECK(all[0].verdict == GateVerdict::Passed);
    CHECK(all[1].verdict == GateVerdict::Failed);
    CHECK(all[2].verdict == GateVerdict::Passed);
}

TEST_CASE("gate: an arm that the run does not have is inconclusive") {
    CHECK(verdict(run_of(5, 0), "arm(zz).ttft.p99 < 1s") == GateVerdict::Inconclusive);
}

TEST_CASE("gate: a tail judged on fewer streams than it needs is warned about") {
    const auto warned = [](std::uint64_t streams, const char* gate) {
        return judge::gate_warnings({*judge::parse_gate(gate)}, run_of(streams, 0)).size();
    };
    CHECK(warned(99, "ttft.p99 < 1s") == 1);
    CHECK(warned(100, "ttft.p99 < 1s") == 0);
    CHECK(warned(999, "ttft.p999 < 1s") == 1);
    CHECK(warned(1000, "ttft.p999 < 1s") == 0);
    CHECK(warned(5, "ttft.mean < 1s") == 0);
    CHECK(warned(0, "ttft.p99 < 1s") == 0);
    const auto warning = judge::gate_warnings({*judge::parse_gate("ttft.p99 < 1s")}, run_of(20, 0)).front();
    CHECK(warning.code == "small_sample");
    CHECK(warning.text.find("20 values of arm a") != std::string::npos);
}

TEST_CASE("gate: the exit code is that of the worst verdict, a failure before an open question") {
    const auto code = [](std::initializer_list<GateVerdict> verdicts) {
        std::vector<GateResult> gates;
        for (const GateVerdict each : verdicts) {
            gates.emplace_back();
            gates.back().verdict = each;
        }
        return judge::exit_code(gates);
    };
    CHECK(code({}) == 0);
    CHECK(code({GateVerdict::Passed}) == 0);
    CHECK(code({GateVerdict::Passed, GateVerdict::Inconclusive}) == 98);
    CHECK(code({GateVerdict::Inconclusive, GateVerdict::Failed}) == 99);
}
