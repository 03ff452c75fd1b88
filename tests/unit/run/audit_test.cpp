#include "run/audit.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "result/self_audit.h"

namespace relaybench {

using namespace std::chrono_literals;
using result::Metric;

namespace {

result::ArmResult arm_with(core::Duration gap, core::Duration delay) {
    result::ArmResult arm;
    arm.name = "a";
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
