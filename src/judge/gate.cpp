#include "judge/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/units.h"
#include "judge/wording.h"

namespace relaybench::judge {
namespace {

using result::ArmResult;
using result::Distribution;
using result::GateResult;
using result::GateVerdict;
using result::RunResult;
using Statistic = MetricOperand::Statistic;
using What = ThroughputOperand::What;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What was seen, as a number in the unit of the gate's limit and in words.
struct Observation {
    double value = 0;
    std::string text;
};

/// Either something that can be compared, or why it cannot be.
using Observed = tl::expected<Observation, std::string>;

bool holds(double value, Comparison comparison, double limit) {
    switch (comparison) {
        case Comparison::Less:
            return value < limit;
        case Comparison::LessOrEqual:
            return value <= limit;
        case Comparison::Greater:
            return value > limit;
        case Comparison::GreaterOrEqual:
            return value >= limit;
    }
    return false;
}

bool is_upper_limit(Comparison comparison) { return comparison == Comparison::Less || comparison == Comparison::LessOrEqual; }

Observation latency(std::optional<core::Duration> value, const MetricOperand& operand, const Distribution& distribution) {
    if (!value)
        return {kInfinity, infinite_text(operand.metric, distribution)};
    return {static_cast<double>(value->count()), core::human_duration(*value)};
}

/// The mean over all is infinite as soon as one never got there; the mean of the others is shown, not judged.
Observation mean_of(const MetricOperand& operand, const Distribution& distribution) {
    if (distribution.never() == 0)
        return latency(distribution.mean(), operand, distribution);
    return {kInfinity, fmt::format("no mean ({} {})", core::human_ratio(never_share(distribution)), never_words(operand.metric))};
}

Observed observe(const MetricOperand& operand, const ArmResult& arm) {
    const Distribution& distribution = arm.metric(operand.metric);
    if (distribution.count() == 0) {
        const bool waiting = distribution.censored() > 0;
        return tl::unexpected<std::string>(waiting ? "every stream was cancelled before it got there" : "nothing observed");
    }
    switch (operand.statistic) {
        case Statistic::Quantile:
            return latency(distribution.quantile(operand.quantile)->value, operand, distribution);
        case Statistic::Max:
            return latency(distribution.quantile(1.0)->value, operand, distribution);
        case Statistic::Mean:
            return mean_of(operand, distribution);
        case Statistic::Count:
            break;
    }
    return Observation{static_cast<double>(distribution.count()), fmt::format("{}", distribution.count())};
}

Observed observe(const OutcomeRateOperand& operand, const ArmResult& arm) {
    const bool of_all = operand.outcome == stream::Outcome::Cancelled;
    const std::uint64_t total = arm.ended() - (of_all ? 0 : arm.outcome(stream::Outcome::Cancelled));
    if (total == 0)
        return tl::unexpected<std::string>("every stream was cancelled");
    const std::uint64_t hits = operand.outcome ? arm.outcome(*operand.outcome) : arm.errored();
    const double ratio = static_cast<double>(hits) / static_cast<double>(total);
    return Observation{ratio, fmt::format("{} ({} of {})", core::human_ratio(ratio), hits, total)};
}

Observed observe(const ThroughputOperand& operand, const ArmResult& arm, core::Duration window) {
    if (window <= core::Duration{0})
        return tl::unexpected<std::string>("the measured window has no length");
    const auto total = [&]() -> std::uint64_t {
        switch (operand.what) {
            case What::Chunks:
                return arm.counters.chunks;
            case What::Streams:
                return arm.outcome(stream::Outcome::Complete);
            case What::Bytes:
                return arm.counters.body_bytes;
            case What::Tokens:
                return arm.counters.tokens;
        }
        return 0;
    }();
    const double per_s = static_cast<double>(total) / std::chrono::duration<double>(window).count();
    const bool bytes = operand.what == What::Bytes;
    return Observation{per_s, (bytes ? core::human_bytes(per_s) : core::human_count(per_s)) + "/s"};
}

Observed observe(const Gate& gate, const ArmResult& arm, const RunResult& run) {
    if (arm.ended() == 0)
        return tl::unexpected<std::string>("no stream ended");
    if (const auto* metric = std::get_if<MetricOperand>(&gate.operand))
        return observe(*metric, arm);
    if (const auto* rate = std::get_if<OutcomeRateOperand>(&gate.operand))
        return observe(*rate, arm);
    return observe(std::get<ThroughputOperand>(gate.operand), arm, run.window_of(arm));
}

bool all_failed(const ArmResult& arm) { return arm.errored() > 0 && arm.outcome(stream::Outcome::Complete) == 0; }

std::string saturation_reason(const RunResult& run) {
    const auto& reasons = run.audit.reasons;
    return "the generator was saturated" + (reasons.empty() ? std::string{} : ": " + reasons.front());
}

/// Whether the generator itself may have made the observation what it is. What a slow generator can only worsen stands when it is good
/// enough (throughput above a floor), and what it cannot touch stands always: counts, and failing on streams that never answered.
bool distorted(const Gate& gate, const Observation& observation, const RunResult& run) {
    if (const auto* metric = std::get_if<MetricOperand>(&gate.operand)) {
        const auto& list = run.audit.distorted;
        const bool touched = metric->statistic != Statistic::Count && std::isfinite(observation.value);
        return touched && std::find(list.begin(), list.end(), metric->metric) != list.end();
    }
    if (!std::holds_alternative<ThroughputOperand>(gate.operand) || !run.audit.saturated)
        return false;
    return is_upper_limit(gate.comparison) || !holds(observation.value, gate.comparison, gate.limit);
}

/// At the operand's rank; nullopt for statistics that have none. What never got there is infinite.
std::optional<double> at_rank(const MetricOperand& operand, const Distribution& distribution) {
    const bool is_max = operand.statistic == Statistic::Max;
    if (!is_max && operand.statistic != Statistic::Quantile)
        return std::nullopt;
    const auto quantile = distribution.quantile(is_max ? 1.0 : operand.quantile);
    if (!quantile)
        return std::nullopt;
    return quantile->value ? static_cast<double>(quantile->value->count()) : kInfinity;
}

/// A few late starts of ours are no saturated generator, and yet they are the tail that this gate judges: it must not blame the relay
/// when the limit would hold without them.
bool broken_by_own_lag(const Gate& gate, const Observation& observation, const ArmResult& arm) {
    const auto* metric = std::get_if<MetricOperand>(&gate.operand);
    if (metric == nullptr || metric->metric != result::Metric::TtftIntended || !is_upper_limit(gate.comparison))
        return false;
    const auto lag = at_rank(*metric, arm.metric(result::Metric::ScheduleLag));
    const bool broken = std::isfinite(observation.value) && !holds(observation.value, gate.comparison, gate.limit);
    return broken && lag && holds(observation.value - *lag, gate.comparison, gate.limit);
}

GateResult judge(const Gate& gate, const ArmResult& arm, const RunResult& run) {
    GateResult verdict;
    verdict.expression = gate.expression;
    verdict.arm = arm.name;
    const bool latency_gate = std::holds_alternative<MetricOperand>(gate.operand);
    const Observed observed = observe(gate, arm, run);
    if (latency_gate && all_failed(arm)) {
        verdict.verdict = GateVerdict::Failed;
        verdict.observed = observed ? observed->text + ", no stream completed" : "no stream completed";
    } else if (!observed) {
        verdict.observed = "nothing observed";
        verdict.reason = observed.error();
    } else if (distorted(gate, *observed, run)) {
        verdict.observed = observed->text;
        verdict.reason = saturation_reason(run);
    } else if (broken_by_own_lag(gate, *observed, arm)) {
        verdict.observed = observed->text;
        verdict.reason = "relaybench's own schedule lag is enough to break it";
    } else {
        verdict.observed = observed->text;
        verdict.verdict = holds(observed->value, gate.comparison, gate.limit) ? GateVerdict::Passed : GateVerdict::Failed;
    }
    return verdict;
}

bool concerns(const Gate& gate, const ArmResult& arm) { return !gate.arm || *gate.arm == arm.name; }

/// As many values as put one into the tail above `q`; 100 for p99.
std::uint64_t values_needed(double q) {
    constexpr double kRoundingSlack = 1e-6;
    return static_cast<std::uint64_t>(std::ceil(1.0 / (1.0 - q) - kRoundingSlack));
}

std::optional<result::Warning> small_sample_warning(const Gate& gate, const ArmResult& arm) {
    const auto* metric = std::get_if<MetricOperand>(&gate.operand);
    if (metric == nullptr || metric->statistic != Statistic::Quantile)
        return std::nullopt;
    const std::uint64_t count = arm.metric(metric->metric).count();
    const std::uint64_t needed = values_needed(metric->quantile);
    if (count == 0 || count >= needed || arm.outcome(stream::Outcome::Complete) == 0)
        return std::nullopt;
    const std::string name = quantile_name(metric->quantile);
    return result::Warning{
        .code = "small_sample",
        .text = fmt::format("Gate \"{}\" was judged on {} value{} of arm {}; with fewer than {} the {} is just the slowest one.",
                            gate.expression, count, count == 1 ? "" : "s", arm.name, needed, name),
        .remedy = fmt::format("Run at least {} streams (-n {}), or set the limit on a lower quantile.", needed, needed),
    };
}

}  // namespace

std::vector<GateResult> judge_gates(const std::vector<Gate>& gates, const RunResult& run) {
    std::vector<GateResult> verdicts;
    for (const Gate& gate : gates) {
        const std::size_t before = verdicts.size();
        for (const ArmResult& arm : run.arms) {
            if (concerns(gate, arm))
                verdicts.push_back(judge(gate, arm, run));
        }
        if (verdicts.size() > before)
            continue;
        verdicts.push_back({.expression = gate.expression,
                            .arm = gate.arm.value_or(""),
                            .observed = "nothing observed",
                            .reason = "the run has no such arm"});
    }
    return verdicts;
}

std::vector<result::Warning> gate_warnings(const std::vector<Gate>& gates, const RunResult& run) {
    std::vector<result::Warning> warnings;
    for (const Gate& gate : gates) {
        for (const ArmResult& arm : run.arms) {
            if (!concerns(gate, arm))
                continue;
            if (auto warning = small_sample_warning(gate, arm))
                warnings.push_back(*std::move(warning));
        }
    }
    if (!gates.empty() && run.provenance.partial) {
        warnings.push_back({"partial", "The gates were judged on a run that was cut short: " + run.provenance.stop_reason + ".",
                            "Let the run end by itself before trusting a pass."});
    }
    return warnings;
}

int exit_code(const std::vector<GateResult>& gates) {
    constexpr int kFailed = 99;
    constexpr int kInconclusive = 98;
    const auto any = [&](GateVerdict verdict) {
        return std::any_of(gates.begin(), gates.end(), [&](const GateResult& gate) { return gate.verdict == verdict; });
    };
    if (any(GateVerdict::Failed))
        return kFailed;
    return any(GateVerdict::Inconclusive) ? kInconclusive : 0;
}

}  // namespace relaybench::judge
