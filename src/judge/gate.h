#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"
#include "result/metric.h"
#include "result/run_result.h"
#include "stream/outcome.h"

namespace relaybench::judge {

enum class Comparison { Less, LessOrEqual, Greater, GreaterOrEqual };

/// `ttft.p99`, `ttft.p(99.9)`, `gap.mean`, `e2e.count`
struct MetricOperand {
    result::Metric metric = result::Metric::Ttft;
    enum class Statistic { Quantile, Max, Mean, Count } statistic = Statistic::Quantile;
    double quantile = 0.99;  ///< in 0..1, both excluded; for Statistic::Quantile
};

/// `errors.rate`, `truncated.rate`, …: share of the streams that ended by themselves (`cancelled.rate`: of all that ended). No outcome = all
/// errors.
struct OutcomeRateOperand {
    std::optional<stream::Outcome> outcome;
};

/// `chunks.rate`, `streams.rate` (completed), `bytes.rate`, `tokens.rate`: per second of the measured window.
struct ThroughputOperand {
    enum class What { Chunks, Streams, Bytes, Tokens } what = What::Chunks;
};

/// One limit, parsed: `[arm(NAME).]operand op value`.
struct Gate {
    std::string expression;          ///< as written
    std::optional<std::string> arm;  ///< absent: must hold for every arm
    std::variant<MetricOperand, OutcomeRateOperand, ThroughputOperand> operand;
    Comparison comparison = Comparison::Less;
    double limit = 0;  ///< nanoseconds, ratio 0..1, per second, or a count: by operand
};

/// Parses one expression; k6's spelling `ttft: p(99)<800` and `ttft.p(99)<800` (a bare number is milliseconds there) is accepted. Errors
/// name the unknown word and the nearest known one, a missing or wrong unit, and what would be accepted.
[[nodiscard]] core::Expected<Gate> parse_gate(std::string_view expression);

/// Parses all; one Error that lists every problem, one a line. `arm_names` are checked too.
[[nodiscard]] core::Expected<std::vector<Gate>> parse_gates(const std::vector<std::string>& expressions,
                                                            const std::vector<std::string>& arm_names);

/// Judges every gate on every arm it speaks of, in the order of the gates. Streams that never got there are slower than any limit, also for
/// max and mean. A metric that was never observed is Inconclusive (no stream at all, heartbeats of an SSE
/// run); streams that all failed fail; a metric that the audit calls distorted is Inconclusive unless the gate fails on failures alone;
/// so is an upper limit of ttft_intended that would hold without our own schedule lag at the same rank.
[[nodiscard]] std::vector<result::GateResult> judge_gates(const std::vector<Gate>& gates, const result::RunResult& run);

/// What a reader of the verdicts must know: a quantile gate over fewer streams than its tail needs, a run that was cut short.
[[nodiscard]] std::vector<result::Warning> gate_warnings(const std::vector<Gate>& gates, const result::RunResult& run);

/// 0, 99 when any failed, else 98 when any was inconclusive.
[[nodiscard]] int exit_code(const std::vector<result::GateResult>& gates);

}  // namespace relaybench::judge
