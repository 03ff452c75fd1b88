#include "run/engine.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "load/deal.h"
#include "load/window.h"
#include "result/self_audit.h"
#include "run/audit.h"
#include "run/journal_keeper.h"
#include "run/progress_meter.h"
#include "run/start_queue.h"
#include "run/worker.h"

namespace relaybench::run {

namespace {

/// How often the watching thread looks at the workers' live counters.
constexpr auto kWatchEvery = std::chrono::milliseconds(50);
/// The plan begins so long after we begin to make its workers: as a rule they stand by then, and their memory and threads are no schedule
/// lag of its first streams. What takes longer is lag, and counted as such.
constexpr core::Duration kLeadTime = std::chrono::milliseconds(20);

std::uint64_t tokens_so_far(const std::deque<LiveCounters>& live) {
    std::uint64_t tokens = 0;
    for (const auto& counters : live) {
        tokens += counters.tokens;
    }
    return tokens;
}

/// What this process may use of a budget that is of the whole plan.
std::optional<std::uint64_t> token_budget(const RunPlan& plan) {
    const auto total = plan.budget.max_tokens_total;
    return total ? std::optional(load::share_of(*total, plan.shard.count, plan.shard.index)) : std::nullopt;
}

std::size_t running(const std::deque<LiveCounters>& live) {
    return static_cast<std::size_t>(std::count_if(live.begin(), live.end(), [](const auto& counters) { return !counters.finished; }));
}

/// Everything of a run that more than one step of it needs.
struct Stage {
    const RunPlan& plan;
    const EnginePorts& ports;
    std::deque<LiveCounters> live;
    std::deque<Worker> workers;
    Bell bell{0};  ///< rung by a worker that has finished, or has handed over a second
    std::optional<JournalKeeper> keeper;
};

void tell(const Stage& stage, Progress progress) {
    if (stage.keeper) {
        progress.ttft_p50 = stage.keeper->worst(result::Metric::Ttft, 0.50);
        progress.ttft_p99 = stage.keeper->worst(result::Metric::Ttft, 0.99);
    }
    stage.ports.observer->on_progress(progress);
}

/// Waits for the workers. Returns true when the token budget ended the run.
bool watch(Stage& stage) {
    ProgressMeter meter(stage.plan, stage.ports.clock.now());
    const auto budget = token_budget(stage.plan);
    bool over_budget = false;
    while (running(stage.live) > 0) {
        static_cast<void>(stage.bell.try_acquire_for(kWatchEvery));
        const auto now = stage.ports.clock.now();
        if (stage.keeper) {
            stage.keeper->look(stage.workers, running(stage.live), now);
        }
        if (stage.ports.observer != nullptr) {
            if (const auto progress = meter.look(stage.live, now)) {
                tell(stage, *progress);
            }
        }
        if (budget && tokens_so_far(stage.live) >= *budget && !over_budget) {
            over_budget = true;
            stage.ports.control.request(StopLevel::Drain);
        }
    }
    return over_budget;
}

/// Plays the plan to its end. Returns true when the token budget ended it.
bool play(Stage& stage, core::TimePoint begin) {
    const auto& plan = stage.plan;
    const auto& ports = stage.ports;
    if (ports.journal != nullptr) {
        stage.keeper.emplace(plan, *ports.journal, begin);
    }
    for (std::uint32_t index = 0; index < plan.workers; ++index) {
        stage.live.emplace_back();
        stage.workers.emplace_back(plan, WorkerShare{index, plan.workers, plan.shard},
                                   Worker::Ports{ports.clock, *ports.transports[index], ports.control, stage.live.back(), ports.tracer,
                                                 stage.keeper ? &stage.bell : nullptr},
                                   begin);
    }
    std::vector<std::jthread> threads;
    threads.reserve(stage.workers.size());
    for (std::uint32_t index = 0; index < plan.workers; ++index) {
        threads.emplace_back([&worker = stage.workers[index], &live = stage.live[index], &bell = stage.bell] {
            worker.run();
            live.finished = true;
            bell.release();
        });
    }
    return watch(stage);
}

std::vector<WorkerResult> take_results(std::deque<Worker>& workers) {
    std::vector<WorkerResult> results;
    results.reserve(workers.size());
    for (auto& worker : workers) {
        results.push_back(worker.take_result());
    }
    return results;
}

/// The recorders of all workers, by arm.
std::vector<result::ArmRecorder> sum_of_arms(Stage& stage, std::vector<WorkerResult>& results) {
    if (stage.keeper) {
        return stage.keeper->finish(stage.workers, results, stage.ports.clock.now());
    }
    auto sums = std::move(results.front().arms);
    for (std::size_t worker = 1; worker < results.size(); ++worker) {
        for (std::size_t arm = 0; arm < sums.size(); ++arm) {
            sums[arm].merge(results[worker].arms[arm]);
        }
    }
    return sums;
}

result::ArmResult finish_arm(const ArmPlan& plan, const result::ArmRecorder& recorder, std::size_t arm,
                             const std::vector<WorkerResult>& results) {
    auto finished = recorder.finish(
        {.name = plan.name, .relay = plan.relay, .dialect = std::string(wire::info(plan.settings.dialect).id), .model = plan.model});
    StampErrors stamps(StampDetail::UsedAndUser);
    for (const auto& worker : results) {
        stamps.merge(worker.stamp_errors[arm]);
    }
    finished.stamp_error = stamps.summary();
    return finished;
}

std::vector<WorkerAccount> accounts_of(const std::vector<WorkerResult>& results) {
    std::vector<WorkerAccount> accounts;
    accounts.reserve(results.size());
    for (const auto& result : results) {
        accounts.push_back(result.account);
    }
    return accounts;
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
    const auto begin = ports.clock.now() + kLeadTime;
    Stage stage{.plan = plan, .ports = ports, .live = {}, .workers = {}, .keeper = {}};
    const bool over_budget = play(stage, begin);

    auto results = take_results(stage.workers);
    const auto sums = sum_of_arms(stage, results);
    result::RunResult run;
    run.kind = plan.arms.size() > 1 ? result::ResultKind::Compare : result::ResultKind::Run;
    run.pairing = pairing_of(plan);
    for (std::size_t arm = 0; arm < plan.arms.size(); ++arm) {
        run.arms.push_back(finish_arm(plan.arms[arm], sums[arm], arm, results));
    }
    run.provenance.seed = plan.seed;
    run.provenance.duration = measured_window(plan, results, begin);
    run.provenance.partial = std::any_of(results.begin(), results.end(), [](const auto& result) { return result.cut_short; });
    run.provenance.stop_reason = stop_reason(plan, ports.control, over_budget);
    run.audit = audit_generator(run.arms, accounts_of(results), ports.fd_limit);
    run.warnings = result::warnings_of(run);
    if (stage.keeper) {
        stage.keeper->close(run);
    }
    return run;
}

}  // namespace relaybench::run
