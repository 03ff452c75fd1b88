#include "run/engine.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "load/window.h"
#include "run/audit.h"
#include "run/progress_meter.h"
#include "run/start_queue.h"
#include "run/worker.h"

namespace relaybench::run {

namespace {

/// How often the watching thread looks at the workers' live counters.
constexpr auto kWatchEvery = std::chrono::milliseconds(50);

std::uint64_t tokens_so_far(const std::deque<LiveCounters>& live) {
    std::uint64_t tokens = 0;
    for (const auto& counters : live) {
        tokens += counters.tokens;
    }
    return tokens;
}

/// One release a worker that has finished.
using Finished = std::counting_semaphore<>;

/// Waits for the workers. Returns true when the token budget ended the run.
bool watch(const RunPlan& plan, const EnginePorts& ports, const std::deque<LiveCounters>& live, Finished& finished) {
    ProgressMeter meter(plan, ports.clock.now());
    bool over_budget = false;
    for (std::uint32_t running = plan.workers; running > 0;) {
        running -= finished.try_acquire_for(kWatchEvery) ? 1U : 0U;
        if (ports.observer != nullptr) {
            if (const auto progress = meter.look(live, ports.clock.now())) {
                ports.observer->on_progress(*progress);
            }
        }
        if (plan.budget.max_tokens_total && tokens_so_far(live) >= *plan.budget.max_tokens_total && !over_budget) {
            over_budget = true;
            ports.control.request(StopLevel::Drain);
        }
    }
    return over_budget;
}

std::vector<WorkerResult> take_results(std::deque<Worker>& workers) {
    std::vector<WorkerResult> results;
    results.reserve(workers.size());
    for (auto& worker : workers) {
        results.push_back(worker.take_result());
    }
    return results;
}

result::ArmResult merge_arm(const RunPlan& plan, std::size_t arm, std::vector<WorkerResult>& results) {
    auto& recorder = results.front().arms[arm];
    auto& stamps = results.front().stamp_errors[arm];
    for (std::size_t worker = 1; worker < results.size(); ++worker) {
        recorder.merge(results[worker].arms[arm]);
        stamps.merge(results[worker].stamp_errors[arm]);
    }
    const auto& arm_plan = plan.arms[arm];
    auto merged = recorder.finish({.name = arm_plan.name,
                                   .relay = arm_plan.relay,
                                   .dialect = std::string(wire::info(arm_plan.settings.dialect).id),
                                   .model = arm_plan.model});
    merged.stamp_error = stamps.summary();
    return merged;
}

std::string stop_reason(const RunPlan& plan, const Control& control, bool over_budget) {
    if (over_budget) {
        return "token budget used up";
    }
    if (control.level() != StopLevel::None) {
        return "interrupted";
    }
    return load::window_of(plan.load) ? "duration over" : "count reached";
}

}  // namespace

result::RunResult execute(const RunPlan& plan, const EnginePorts& ports) {
    const auto begin = ports.clock.now();
    std::deque<LiveCounters> live;
    std::deque<Worker> workers;
    for (std::uint32_t index = 0; index < plan.workers; ++index) {
        live.emplace_back();
        workers.emplace_back(plan, WorkerShare{index, plan.workers},
                             Worker::Ports{ports.clock, *ports.transports[index], ports.control, live.back(), ports.tracer}, begin);
    }
    Finished finished(0);
    std::vector<std::jthread> threads;
    threads.reserve(workers.size());
    for (auto& worker : workers) {
        threads.emplace_back([&worker, &finished] {
            worker.run();
            finished.release();
        });
    }
    const bool over_budget = watch(plan, ports, live, finished);
    threads.clear();

    auto results = take_results(workers);
    result::RunResult run;
    run.kind = plan.arms.size() > 1 ? result::ResultKind::Compare : result::ResultKind::Run;
    run.pairing = std::holds_alternative<scenario::ClosedLoop>(plan.load.pattern) ? result::Pairing::Alongside : result::Pairing::Dealt;
    for (std::size_t arm = 0; arm < plan.arms.size(); ++arm) {
        run.arms.push_back(merge_arm(plan, arm, results));
    }
    run.provenance.seed = plan.seed;
    run.provenance.duration = measured_window(plan, results, begin);
    run.provenance.partial = std::any_of(results.begin(), results.end(), [](const auto& result) { return result.cut_short; });
    run.provenance.stop_reason = stop_reason(plan, ports.control, over_budget);
    run.audit = audit_generator(run.arms, results, ports.fd_limit);
    run.warnings = warnings_of(run);
    return run;
}

}  // namespace relaybench::run
