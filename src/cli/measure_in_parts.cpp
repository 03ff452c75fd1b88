#include "cli/measure_in_parts.h"

#include <algorithm>
#include <numbers>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "judge/compare.h"
#include "result/merge.h"
#include "result/side_by_side.h"

namespace relaybench::cli {

namespace {

/// Streams of each arm in the first round: a p99 needs 368 for any interval, and more at the confidence of later looks.
constexpr std::uint64_t kFirstRound = 600;
/// Without a count or a duration of the plan's own.
constexpr core::Duration kLongestByDefault = std::chrono::minutes(10);
constexpr core::Duration kLongestWithCount = std::chrono::hours(24);

double confidence_of_look(std::uint64_t look) {
    constexpr double kRisk = 0.05;
    const auto k = std::numbers::pi * static_cast<double>(look);
    return 1 - kRisk * 6 / (k * k);
}

bool is_settled(const result::QuantileComparison& row, double reach) {
    return row.interval && row.change && row.interval->high - *row.change <= reach && *row.change - row.interval->low <= reach;
}

/// The row that decides, of each arm with the first.
bool is_decided(const result::RunResult& run, double reach) {
    constexpr double kDeciding = 0.99;
    const auto settled = [&](const result::ArmComparison& comparison) {
        return std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(), [&](const result::QuantileComparison& row) {
            return row.metric == result::Metric::Ttft && row.quantile == kDeciding && is_settled(row, reach);
        });
    };
    return !run.comparisons.empty() && std::all_of(run.comparisons.begin(), run.comparisons.end(), settled);
}

/// Numbers of starts go on from round to round, so that no two streams of a sum share one.
void shift_arrivals(result::RunResult& run, std::uint64_t by) {
    for (auto& arm : run.arms) {
        for (auto& record : arm.streams) {
            record.arrival += by;
        }
        for (auto& values : arm.stream_set.values) {
            values.arrival += by;
        }
        for (auto& gaps : arm.stream_set.gaps) {
            gaps.arrival += by;
        }
    }
}

/// What a plan still allows.
struct Budget {
    std::uint64_t streams;  ///< of each arm
    core::TimePoint until;
};

Budget budget_of(const scenario::Load& load, core::TimePoint now) {
    constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 40U;
    const auto longest = load.count ? kLongestWithCount : kLongestByDefault;
    return {load.count.value_or(kUnlimited), now + load.duration.value_or(longest)};
}

run::RunPlan round_of(const run::RunPlan& plan, std::uint64_t look, const Budget& left, core::TimePoint now) {
    run::RunPlan round = plan;
    const std::uint64_t streams = look == 1 ? kFirstRound : kFirstRound << (look - 2);
    round.load.count = std::min(streams, left.streams);
    round.load.duration = left.until - now;
    round.seed = plan.seed + look - 1;
    if (look > 1) {
        round.load.warmup = core::Duration::zero();
    }
    return round;
}

core::Expected<result::RunResult> sum_of(const std::vector<result::NamedResult>& rounds) {
    auto sum = result::merge(rounds, result::Timing::InTurn);
    if (sum) {
        sum->confidence = confidence_of_look(rounds.size());
        sum->comparisons = judge::compare_arms(*sum);
    }
    return sum;
}

std::string reason_of(bool decided, std::size_t looks) {
    return fmt::format("{} after {} look{}", decided ? "decided" : "budget used up, undecided", looks, looks == 1 ? "" : "s");
}

}  // namespace

core::Expected<Measured> measure_in_turn(const scenario::Scenario& scenario, const run::RunPlan& plan, const Staging& staging,
                                         const ShowFlags& show, const Context& context) {
    Measured all;
    std::vector<result::NamedResult> parts;
    for (const auto& arm : plan.arms) {
        run::RunPlan alone = plan;
        alone.arms = {arm};
        auto part = measure(scenario, alone, staging, show, context);
        if (!part) {
            return part;
        }
        parts.push_back({arm.name, std::move(part->result)});
        all.signal = part->signal;
        if (all.signal) {
            break;
        }
    }
    auto together = result::side_by_side(parts, result::Unlike::Intended);
    if (!together) {
        return tl::unexpected(together.error());
    }
    all.result = std::move(*together);
    return all;
}

core::Expected<Measured> measure_until_decided(const scenario::Scenario& scenario, const run::RunPlan& plan, double reach,
                                               const Staging& staging, const ShowFlags& show, const Context& context) {
    Budget left = budget_of(plan.load, context.clock.now());
    std::vector<result::NamedResult> rounds;
    Measured all;
    for (std::uint64_t arrivals = 0;;) {
        const auto round = round_of(plan, rounds.size() + 1, left, context.clock.now());
        auto part = measure(scenario, round, staging, show, context);
        if (!part) {
            return part;
        }
        shift_arrivals(part->result, arrivals);
        arrivals += *round.load.count * plan.arms.size();
        left.streams -= *round.load.count;
        const bool cut_short = part->result.provenance.partial;
        all.signal = part->signal;
        rounds.push_back({fmt::format("round {}", rounds.size() + 1), std::move(part->result)});
        auto sum = sum_of(rounds);
        if (!sum) {
            return tl::unexpected(sum.error());
        }
        all.result = std::move(*sum);
        const bool decided = is_decided(all.result, reach);
        if (decided || cut_short || left.streams == 0 || context.clock.now() >= left.until) {
            all.undecided = !decided;
            auto& reason = all.result.provenance.stop_reason;
            reason = cut_short ? reason : reason_of(decided, rounds.size());
            return all;
        }
    }
}

}  // namespace relaybench::cli
