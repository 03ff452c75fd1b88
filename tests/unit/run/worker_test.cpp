#include "run/worker.h"

#include <doctest/doctest.h>

#include <vector>

#include "core/cpu_time.h"
#include "support/scripted_transport.h"

namespace relaybench {

using namespace std::chrono_literals;
using result::Metric;
using run::Worker;
using stream::Outcome;
using test::good_sse;
using test::Script;
using test::ScriptedTransport;
using test::Step;

namespace {

run::RunPlan closed_plan(std::uint32_t streams, std::size_t arms = 1) {
    run::RunPlan plan;
    plan.load.pattern = scenario::ClosedLoop{streams};
    plan.connect_rate_per_s = 1000;
    for (std::size_t arm = 0; arm < arms; ++arm) {
        run::ArmPlan arm_plan;
        arm_plan.name = "arm" + std::to_string(arm);
        arm_plan.requests.resize(1);
        plan.arms.push_back(arm_plan);
    }
    return plan;
}

/// A worker on scripted sockets and manual time: run() returns at once, whatever the plan says.
struct Play {
    Play(const run::RunPlan& plan, ScriptedTransport::Scripts scripts, run::WorkerShare share = {}) : transport(clock, std::move(scripts)) {
        Worker worker(plan, share, {clock, transport, control, live}, clock.now());
        worker.run();
        result = worker.take_result();
    }

    [[nodiscard]] const result::ArmRecorder& arm(std::size_t index = 0) const { return result.arms.at(index); }

    core::ManualClock clock;
    core::TimePoint zero = clock.now();
    ScriptedTransport transport;
    run::Control control;
    run::LiveCounters live;
    run::WorkerResult result;
};

std::int64_t p50_us(const result::ArmRecorder& arm, Metric metric) {
    const auto quantile = arm.metric(metric).quantile(0.5);
    REQUIRE(quantile);
    REQUIRE(quantile->value);
    return std::chrono::duration_cast<std::chrono::microseconds>(*quantile->value).count();
}

}  // namespace

TEST_CASE("worker: a closed loop of a count plays exactly that many streams, each slot one after the other") {
    auto plan = closed_plan(5);
    plan.load.count = 23;
    const Play play(plan, [](auto, const auto&) { return good_sse(50ms, 10ms, 10); });
    CHECK(play.transport.opened() == 23);
    CHECK(play.arm().outcome(Outcome::Complete) == 23);
    CHECK(p50_us(play.arm(), Metric::Ttft) == doctest::Approx(50'000).epsilon(0.001));
    CHECK(p50_us(play.arm(), Metric::Gap) == doctest::Approx(10'000).epsilon(0.001));
    CHECK(play.arm().metric(Metric::Gap).count() == 23 * 9);
    CHECK(play.result.account.peak_open_streams == 5);
    CHECK_FALSE(play.result.cut_short);
}

TEST_CASE("worker: the first starts of a closed loop's slots are no part of the schedule lag") {
    auto plan = closed_plan(5);
    plan.load.count = 23;
    const Play play(plan, [](auto, const auto&) { return good_sse(50ms, 10ms, 10); });
    CHECK(play.arm().metric(Metric::ScheduleLag).count() == 18);
    CHECK(play.arm().metric(Metric::TtftIntended).count() == 23);
}

TEST_CASE("worker: the wait for the plan's beginning is no part of its core share") {
    auto plan = closed_plan(1);
    plan.load.count = 1;
    core::ManualClock clock;
    run::Control control;
    run::LiveCounters live;
    constexpr core::Duration kBusy = 40ms;
    ScriptedTransport transport(clock, [kBusy](auto, const auto&) {
        const auto until = core::thread_cpu_time() + kBusy;
        while (core::thread_cpu_time() < until) {
        }
        return good_sse(50ms, 10ms, 10);
    });
    const auto begin = clock.now() + 1min;
    Worker worker(plan, {}, {clock, transport, control, live}, begin);
    worker.run();
    const std::chrono::duration<double> played = clock.now() - begin;
    REQUIRE(played > 0s);
    REQUIRE(played < 1s);
    // The account of the thread moves by the system's ticks: half of it is enough to tell.
    CHECK(worker.take_result().account.audit.cpu_share > std::chrono::duration<double>(kBusy) / played / 2);
}

TEST_CASE("worker: an hour of closed loop ends with its window, and drains what runs") {
    auto plan = closed_plan(2);
    plan.load.duration = 1h;
    plan.load.drain = 10s;
    const Play play(plan, [](auto, const auto&) { return good_sse(1s, 1s, 60); });
    // Each stream takes 60.002 s, and 2 slots × 60 fit in; the last ones may end within the drain.
    CHECK(play.arm().outcome(Outcome::Complete) == 120);
    CHECK(play.arm().outcome(Outcome::Cancelled) == 0);
    CHECK(play.clock.now() - play.zero < 1h + 10s);
}

TEST_CASE("worker: streams that outlive the drain are cancelled and are no errors") {
    auto plan = closed_plan(3);
    plan.load.duration = 5s;
    plan.load.drain = 2s;
    const Play play(plan, [](auto, const auto&) { return good_sse(1s, 1s, 600); });
    CHECK(play.arm().outcome(Outcome::Cancelled) == 3);
    CHECK(play.transport.closed() == 3);
    CHECK_FALSE(play.result.cut_short);
    CHECK(play.clock.now() - play.zero < 8s);
}

TEST_CASE("worker: streams of the warm-up are never mixed in") {
    auto plan = closed_plan(1);
    plan.load.duration = 10s;
    plan.load.warmup = 5s;
    int opened = 0;
    const Play play(plan, [&](auto, const auto&) { return good_sse(++opened <= 5 ? 900ms : 100ms, 10ms, 2); });
    const auto slowest = play.arm().metric(Metric::Ttft).max();
    REQUIRE(slowest);
    CHECK(*slowest < 200ms);
    CHECK(play.transport.opened() > play.arm().counters().started);
}

TEST_CASE("worker: a dead relay is asked again only after the failure pause") {
    auto plan = closed_plan(1);
    plan.load.duration = 10s;
    plan.load.failure_pause = 1s;
    const Play play(plan, [](auto, const auto&) {
        return Script{{1ms, Step::Ended{{.kind = stream::EndKind::ConnectFailed, .system_error = ECONNREFUSED}}}};
    });
    CHECK(play.arm().outcome(Outcome::ConnectFailed) == 10);
    CHECK(play.arm().metric(Metric::Ttft).never() == 10);
    CHECK(play.arm().metric(Metric::Ttft).answered() == 0);
}

TEST_CASE("worker: the shares of several workers add up to the plan, with distinct arrivals") {
    auto plan = closed_plan(7, 2);
    plan.load.count = 50;
    plan.workers = 3;
    std::uint64_t complete = 0;
    for (std::uint32_t index = 0; index < 3; ++index) {
        const Play play(plan, [](auto, const auto&) { return good_sse(50ms, 10ms, 3); }, {index, 3});
        complete += play.arm(0).outcome(Outcome::Complete) + play.arm(1).outcome(Outcome::Complete);
    }
    CHECK(complete == 100);
}

TEST_CASE("worker: a stop request drains for two seconds and marks the result as cut short") {
    auto plan = closed_plan(4);
    plan.load.duration = 1h;
    core::ManualClock clock;
    run::Control control;
    run::LiveCounters live;
    const auto zero = clock.now();
    ScriptedTransport transport(clock, [&](auto, const auto&) {
        if (clock.now() - zero > 10s) {
            control.request(run::StopLevel::Drain);
        }
        return good_sse(1s, 500ms, 10);
    });
    Worker worker(plan, {}, {clock, transport, control, live}, zero);
    worker.run();
    const auto result = worker.take_result();
    CHECK(result.cut_short);
    CHECK(clock.now() - zero < 15s);
    CHECK(result.arms[0].outcome(Outcome::Complete) > 0);
    CHECK(result.arms[0].outcome(Outcome::Cancelled) > 0);
}

TEST_CASE("worker: an immediate stop cancels everything at once") {
    auto plan = closed_plan(4);
    plan.load.duration = 1h;
    core::ManualClock clock;
    run::Control control;
    run::LiveCounters live;
    ScriptedTransport transport(clock, [&](auto, const auto&) {
        control.request(run::StopLevel::Immediate);
        return good_sse(1s, 500ms, 10);
    });
    const auto zero = clock.now();
    Worker worker(plan, {}, {clock, transport, control, live}, zero);
    worker.run();
    const auto result = worker.take_result();
    CHECK(result.cut_short);
    CHECK(clock.now() - zero < 1s);
    CHECK(result.arms[0].outcome(Outcome::Cancelled) >= 1);
}

TEST_CASE("worker: its own delay is taken from kernel stamps, once a read") {
    auto plan = closed_plan(1);
    plan.load.count = 1;
    const Play play(plan, [](auto, const auto&) { return good_sse(50ms, 10ms, 10); });
    CHECK(play.arm().metric(Metric::ClientDelay).count() > 0);
    CHECK(play.arm().metric(Metric::ClientDelay).count() <= 13);
}

TEST_CASE("worker: prompts take turns in the order of the arm's streams") {
    auto plan = closed_plan(1);
    plan.load.count = 5;
    plan.arms[0].requests.resize(2);
    plan.arms[0].requests[0].target = "/a";
    plan.arms[0].requests[1].target = "/b";
    std::string asked;
    const Play play(plan, [&](auto, const wire::Request& request) {
        asked += request.target;
        return good_sse(50ms, 10ms, 2);
    });
    CHECK(asked == "/a/b/a/b/a");
}

}  // namespace relaybench
