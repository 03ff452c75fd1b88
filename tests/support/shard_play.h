#pragma once

#include <string>
#include <vector>

#include "result/run_result.h"
#include "run/audit.h"
#include "run/worker.h"
#include "support/scripted_transport.h"

namespace relaybench::test {

/// A plan of `arms` relays whose requests are numbered, so that a script can tell the streams apart.
inline run::RunPlan numbered_plan(std::size_t arms, std::size_t requests = 1000) {
    run::RunPlan plan;
    plan.connect_rate_per_s = 1000;
    for (std::size_t arm = 0; arm < arms; ++arm) {
        run::ArmPlan arm_plan;
        arm_plan.name = "arm" + std::to_string(arm);
        arm_plan.requests.resize(requests);
        for (std::size_t i = 0; i < requests; ++i) {
            arm_plan.requests[i].target = std::to_string(i);
        }
        plan.arms.push_back(arm_plan);
    }
    return plan;
}

/// What one stream does is a function of its number in its arm and of nothing else: every seventh is refused a connection, every eleventh is
/// cut, the others take times of their own.
inline Script script_of(const wire::Request& request) {
    using namespace std::chrono_literals;
    const auto number = std::stoul(request.target);
    if (number % 7 == 3) {
        return {{1ms, Step::Ended{{.kind = stream::EndKind::ConnectFailed, .system_error = ECONNREFUSED, .detail = "refused"}}}};
    }
    auto script = good_sse(50ms + number * 371us, 5ms + number * 13us, static_cast<int>(3 + number % 5));
    if (number % 11 == 4) {
        script.pop_back();
        script.back() = {script.back().after, Step::Ended{{.kind = stream::EndKind::Reset, .detail = "reset"}}};
    }
    return script;
}

/// Plays a plan on one worker, scripted sockets and manual time, as the engine would.
inline result::RunResult play_alone(const run::RunPlan& plan, core::ManualClock& clock) {
    const auto begin = clock.now();
    ScriptedTransport transport(clock, [](auto, const wire::Request& request) { return script_of(request); });
    run::Control control;
    run::LiveCounters live;
    run::Worker worker(plan, {0, 1, plan.shard}, {clock, transport, control, live}, begin);
    worker.run();
    const std::vector<run::WorkerResult> results = [&] {
        std::vector<run::WorkerResult> all;
        all.push_back(worker.take_result());
        return all;
    }();
    result::RunResult run;
    run.kind = plan.arms.size() > 1 ? result::ResultKind::Compare : result::ResultKind::Run;
    for (std::size_t arm = 0; arm < plan.arms.size(); ++arm) {
        run.arms.push_back(results[0].arms[arm].finish({.name = plan.arms[arm].name, .relay = "r", .dialect = "d", .model = "m"}));
    }
    run.provenance.seed = plan.seed;
    run.provenance.scenario_sha256 = "0123456789abcdef";
    run.provenance.started_at = "2026-11-21T00:00:00Z";
    run.provenance.stop_reason = "count reached";
    run.provenance.duration = run::measured_window(plan, results, begin);
    run.audit = run::audit_generator(run.arms, {results[0].account}, 1024);
    return run;
}

/// Shard `index` (from 0) of `count`, or the whole plan.
inline result::RunResult play_shard(run::RunPlan plan, std::uint32_t index, std::uint32_t count) {
    core::ManualClock clock;
    plan.shard = {index, count};
    auto run = play_alone(plan, clock);
    if (count > 1) {
        run.provenance.shard = result::Shard{index + 1, count};
    }
    return run;
}

}  // namespace relaybench::test
