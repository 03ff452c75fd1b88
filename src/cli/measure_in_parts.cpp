#include "cli/measure_in_parts.h"

#include <algorithm>
#include <numbers>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "judge/compare.h"
#include "load/deal.h"
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
    if (!row.change) {  // one of the arms never got that far
        return row.finding == result::ComparisonFinding::Faster || row.finding == result::ComparisonFinding::Slower ||
               row.finding == result::ComparisonFinding::FailsTooOften;
    }
    return row.interval && row.interval->high - *row.change <= reach && *row.change - row.interval->low <= reach;
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

/// What a plan still allows.
struct Budget {
    std::uint64_t streams = 0;  ///< of each arm
    core::TimePoint until;
};

Budget budget_of(const scenario::Load& load, core::TimePoint now) {
    constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 40U;
    const auto longest = load.count ? kLongestWithCount : kLongestByDefault;
    return {load.count.value_or(kUnlimited), now + load.duration.value_or(longest)};
}

/// Numbers of starts go on from round to round, so that no two streams of a sum share one.
run::RunPlan round_of(const run::RunPlan& plan, std::uint64_t look, std::uint64_t first_arrival, const Budget& left, core::TimePoint now) {
    run::RunPlan round = plan;
    const std::uint64_t streams = look == 1 ? kFirstRound : kFirstRound << (look - 2);
    round.load.count = std::min(streams, left.streams);
    round.load.duration = left.until - now;
    round.round = look - 1;
    round.first_arrival = first_arrival;
    if (look > 1) {
        round.load.warmup = core::Duration::zero();
    }
    return round;
}

/// Beyond all that were used: those of a warm-up are numbered too. A multiple of the number of arms, where blocks begin.
std::uint64_t next_arrival(const result::RunResult& run, std::uint64_t at_least) {
    std::uint64_t next = at_least;
    for (const auto& arm : run.arms) {
        for (const auto& values : arm.stream_set.values) {
            next = std::max(next, values.arrival + 1);
        }
    }
    const std::uint64_t arms = run.arms.size();
    return (next + arms - 1) / arms * arms;
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

/// An arm's part of what all arms may use.
run::RunPlan alone(const run::RunPlan& plan, std::uint32_t arm) {
    const auto arms = static_cast<std::uint32_t>(plan.arms.size());
    run::RunPlan one = plan;
    one.arms = {plan.arms[arm]};
    for (auto* budget : {&one.budget.max_streams, &one.budget.max_tokens_total}) {
        if (*budget) {
            *budget = load::share_of(**budget, arms, arm);
        }
    }
    return one;
}

void warn_of_missing(const run::RunPlan& plan, std::size_t played, std::string_view why, result::RunResult& run) {
    std::vector<std::string> names;
    for (std::size_t arm = played; arm < plan.arms.size(); ++arm) {
        names.push_back(plan.arms[arm].name);
    }
    if (!names.empty()) {
        run.provenance.partial = true;
        run.warnings.push_back({"not_played", fmt::format("{} not played: {}", fmt::join(names, ", "), why), "run it again"});
    }
}

}  // namespace

core::Expected<Measured> measure_in_turn(const Session& session, const run::RunPlan& plan) {
    Measured all;
    Session turn = session;
    std::vector<result::NamedResult> parts;
    std::string trouble = "the run was interrupted";
    for (std::uint32_t arm = 0; arm < plan.arms.size() && !all.signal; ++arm) {
        auto part = measure(turn, alone(plan, arm));
        if (!part && parts.empty()) {
            return part;
        }
        if (!part) {
            trouble = part.error().message;
            break;
        }
        turn.staging.start_at.reset();
        all.signal = part->signal;
        parts.push_back({plan.arms[arm].name, std::move(part->result)});
    }
    auto together = result::side_by_side(parts, result::Unlike::Intended);
    if (!together) {
        return tl::unexpected(together.error());
    }
    all.result = std::move(*together);
    all.unanswered = parts.size() < plan.arms.size();
    warn_of_missing(plan, parts.size(), trouble, all.result);
    return all;
}

core::Expected<Measured> measure_until_decided(const Session& session, const run::RunPlan& plan, double reach) {
    Session turn = session;
    Budget left = budget_of(plan.load, session.context.clock.now());
    std::vector<result::NamedResult> rounds;
    Measured all;
    for (std::uint64_t arrival = 0;;) {
        const auto round = round_of(plan, rounds.size() + 1, arrival, left, session.context.clock.now());
        auto part = measure(turn, round);
        if (!part && rounds.empty()) {
            return part;
        }
        if (!part) {
            all.unanswered = true;
            all.result.provenance.partial = true;
            all.result.warnings.push_back({"not_played", fmt::format("no more rounds: {}", part.error().message), "run it again"});
            return all;
        }
        turn.staging.start_at.reset();
        arrival = next_arrival(part->result, arrival + *round.load.count * plan.arms.size());
        left.streams -= *round.load.count;
        const bool cut_short = part->result.provenance.partial || part->signal;
        rounds.push_back({fmt::format("round {}", rounds.size() + 1), std::move(part->result)});
        auto sum = sum_of(rounds);
        if (!sum) {
            return tl::unexpected(sum.error());
        }
        all.signal = session.signals.caught();
        all.result = std::move(*sum);
        const bool decided = is_decided(all.result, reach);
        if (decided || cut_short || all.signal || left.streams == 0 || session.context.clock.now() >= left.until) {
            all.unanswered = !decided;
            auto& reason = all.result.provenance.stop_reason;
            reason = cut_short || all.signal ? reason : reason_of(decided, rounds.size());
            return all;
        }
    }
}

}  // namespace relaybench::cli
