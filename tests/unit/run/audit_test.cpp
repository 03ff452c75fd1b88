#include "run/audit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "result/self_audit.h"

namespace relaybench {

using namespace std::chrono_literals;
using result::Metric;

namespace {

result::ArmResult arm_with(core::Duration gap, core::Duration delay) {
    result::ArmResult arm;
    arm.name = "a";
    arm.counters.chunks = 201;
    arm.counters.coalesced = 2;
    for (int i = 0; i < 200; ++i) {
        arm.metric(Metric::Gap).record(gap);
        arm.metric(Metric::ClientDelay).record(delay);
    }
    return arm;
}

bool is_distorted(const result::Audit& audit, Metric metric) {
    return std::find(audit.distorted.begin(), audit.distorted.end(), metric) != audit.distorted.end();
}

}  // namespace

TEST_CASE("audit: a read delay below a quarter of the gap leaves the run unsaturated") {
    const auto audit = run::audit_generator({arm_with(50ms, 12ms)}, {}, 1024);
    CHECK_FALSE(audit.saturated);
    CHECK(audit.client_delay.count() == 200);
}

TEST_CASE("audit: a read delay above a quarter of the gap distorts the gap and names the figures") {
    const auto audit = run::audit_generator({arm_with(50ms, 13ms)}, {}, 1024);
    CHECK(audit.saturated);
    CHECK(is_distorted(audit, Metric::Gap));
    CHECK_FALSE(is_distorted(audit, Metric::E2e));
    REQUIRE(audit.reasons.size() == 1);
    CHECK(audit.reasons[0].find("25 %") != std::string::npos);
}

TEST_CASE("audit: late reads that brought one chunk each have cost no gap") {
    auto arm = arm_with(50ms, 13ms);
    arm.counters.coalesced = 0;
    CHECK_FALSE(run::audit_generator({arm}, {}, 1024).saturated);
}

TEST_CASE("audit: starts that lag behind their schedule distort the intended ttft and nothing else") {
    auto arm = arm_with(50ms, 1ms);
    for (int i = 0; i < 200; ++i) {
        arm.metric(Metric::TtftIntended).record(100ms);
        arm.metric(Metric::ScheduleLag).record(6ms);
    }
    const auto audit = run::audit_generator({arm}, {}, 1024);
    CHECK(is_distorted(audit, Metric::TtftIntended));
    CHECK_FALSE(is_distorted(audit, Metric::Gap));
}

TEST_CASE("audit: one or two late values of a small run are named, and are no generator that cannot keep up") {
    for (const int late : {1, 2, 3}) {
        result::RunResult run;
        result::ArmResult arm;
        arm.name = "a";
        arm.outcomes[static_cast<std::size_t>(stream::Outcome::Complete)] = 10;
        for (int i = 0; i < 10; ++i) {
            arm.metric(Metric::TtftIntended).record(100ms);
            arm.metric(Metric::ScheduleLag).record(i < late ? 6ms : 1ms);
        }
        run.arms = {arm};
        result::judge_generator(run.audit, run.arms);
        CHECK(run.audit.saturated == (late == 3));
        const auto warnings = result::warnings_of(run);
        const auto named = std::find_if(warnings.begin(), warnings.end(), [](const auto& warning) { return warning.code == "hiccup"; });
        REQUIRE((named != warnings.end()) == (late < 3));
        if (late == 2) {
            CHECK(named->text ==
                  "a: in 2 of 10 cases relaybench's own schedule lag was above 5 % of the median ttft_intended, at most 6.00 ms");
        }
    }
}

TEST_CASE("audit: late starts that are spread over the arms are judged together") {
    const auto run_with = [](std::size_t arms) {
        result::RunResult run;
        for (std::size_t number = 0; number < arms; ++number) {
            auto& arm = run.arms.emplace_back();
            arm.name = "a" + std::to_string(number);
            arm.outcomes[static_cast<std::size_t>(stream::Outcome::Complete)] = 40;
            for (int i = 0; i < 40; ++i) {
                arm.metric(Metric::TtftIntended).record(100ms);
                arm.metric(Metric::ScheduleLag).record(i < 2 ? 6ms : 1ms);
            }
        }
        result::judge_generator(run.audit, run.arms);
        return run;
    };
    CHECK_FALSE(run_with(1).audit.saturated);
    const auto run = run_with(4);
    CHECK(is_distorted(run.audit, Metric::TtftIntended));
    REQUIRE(run.audit.reasons.size() == 1);
    CHECK(run.audit.reasons[0] == "all arms together: our own schedule lag was above 5 % of the median ttft_intended in 8 of 160 cases");
    const auto warnings = result::warnings_of(run);
    CHECK(std::none_of(warnings.begin(), warnings.end(), [](const auto& warning) { return warning.code == "hiccup"; }));
}

TEST_CASE("audit: of many values a p99 just above the limit is shown, and one that chance may make is not") {
    const auto saturated_with = [](int late) {
        result::ArmResult arm;
        arm.counters.chunks = 1000;
        arm.counters.coalesced = 5;
        for (int i = 0; i < 1000; ++i) {
            arm.metric(Metric::Gap).record(50ms);
            arm.metric(Metric::ClientDelay).record(i < late ? 20ms : 1ms);
        }
        return run::audit_generator({arm}, {}, 1024).saturated;
    };
    CHECK_FALSE(saturated_with(11));
    CHECK(saturated_with(20));
}

TEST_CASE("audit: a delay below 0.1 ms never matters, however small the gap") {
    CHECK_FALSE(run::audit_generator({arm_with(200us, 90us)}, {}, 1024).saturated);
}

TEST_CASE("audit: a worker above 90 % of its core distorts every latency") {
    run::WorkerAccount worker;
    worker.audit.cpu_share = 0.93;
    const auto audit = run::audit_generator({}, {worker}, 1024);
    CHECK(audit.saturated);
    CHECK(is_distorted(audit, Metric::Ttft));
    CHECK(is_distorted(audit, Metric::Gap));
}

TEST_CASE("warnings: few streams, many cancelled, nothing at all") {
    result::RunResult run;
    run.arms.push_back(arm_with(50ms, 1ms));
    const auto codes = [&] {
        std::string all;
        for (const auto& warning : result::warnings_of(run)) {
            all += warning.code + " ";
            CHECK_FALSE(warning.remedy.empty());
        }
        return all;
    };
    CHECK(codes() == "no_streams ");
    run.arms[0].relay = "https://api.example/v1/chat/completions?token=x through proxy.example:3128";
    run.arms[0].metric(Metric::Ttft).record(50ms);
    run.arms[0].outcomes[static_cast<std::size_t>(stream::Outcome::ConnectFailed)] = 10;
    CHECK(codes() == "all_failed ");
    CHECK(result::warnings_of(run)[0].remedy == "relaybench doctor https://api.example/v1 names what is wrong");
    run.arms[0].relay = "embedded:fast";
    CHECK(codes().empty());
    run.arms[0].outcomes[static_cast<std::size_t>(stream::Outcome::ConnectFailed)] = 0;
    run.arms[0].outcomes[static_cast<std::size_t>(stream::Outcome::Complete)] = 10;
    run.arms[0].outcomes[static_cast<std::size_t>(stream::Outcome::Cancelled)] = 5;
    run.arms[0].metric(Metric::Ttft).record(50ms);
    CHECK(codes() == "small_sample cancelled ");
}

}  // namespace relaybench
