#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <variant>

#include "judge/gate.h"

namespace judge = relaybench::judge;
namespace stream = relaybench::stream;
using judge::MetricOperand;
using judge::OutcomeRateOperand;
using judge::ThroughputOperand;
using relaybench::result::Metric;

namespace {

judge::Gate parsed(const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    REQUIRE_MESSAGE(gate.has_value(), gate.error().message);
    return *gate;
}

std::string problem(const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    return gate ? "accepted" : gate.error().message;
}

double quantile(const std::string& expression) { return std::get<MetricOperand>(parsed(expression).operand).quantile; }

}  // namespace

TEST_CASE("gate parser: metric, statistic, comparison and limit") {
    const judge::Gate gate = parsed("ttft.p99 < 800ms");
    CHECK(gate.expression == "ttft.p99 < 800ms");
    CHECK_FALSE(gate.arm.has_value());
    CHECK(gate.comparison == judge::Comparison::Less);
    CHECK(gate.limit == 800e6);
    CHECK(std::get<MetricOperand>(gate.operand).metric == Metric::Ttft);
    CHECK(std::get<MetricOperand>(gate.operand).quantile == doctest::Approx(0.99));
    CHECK(parsed("gap.mean<=20ms").comparison == judge::Comparison::LessOrEqual);
    CHECK(parsed("e2e.max > 1s").comparison == judge::Comparison::Greater);
    CHECK(parsed(" e2e.count >= 10k ").limit == 10'000);
    CHECK(parsed("ttft_intended.p50 < 1.5 s").limit == 1.5e9);
}

TEST_CASE("gate parser: every spelling of a quantile") {
    CHECK(quantile("ttft.p50 < 1s") == doctest::Approx(0.50));
    CHECK(quantile("ttft.p95 < 1s") == doctest::Approx(0.95));
    CHECK(quantile("ttft.p999 < 1s") == doctest::Approx(0.999));
    CHECK(quantile("ttft.p9999 < 1s") == doctest::Approx(0.9999));
    CHECK(quantile("ttft.p99.9 < 1s") == doctest::Approx(0.999));
    CHECK(quantile("ttft.p5 < 1s") == doctest::Approx(0.05));
    CHECK(quantile("ttft.p(99.5) < 1s") == doctest::Approx(0.995));
}

TEST_CASE("gate parser: the spelling of k6, where a bare number is milliseconds") {
    CHECK(parsed("ttft.p(99)<800").limit == 800e6);
    CHECK(parsed("ttft: p(95) < 1.5").limit == 1.5e6);
    CHECK(parsed("ttft: p(95) < 2s").limit == 2e9);
}

TEST_CASE("gate parser: rates of every outcome, in percent or as a ratio") {
    CHECK(parsed("errors.rate < 1%").limit == doctest::Approx(0.01));
    CHECK(parsed("errors.rate < 0.01").limit == doctest::Approx(0.01));
    CHECK_FALSE(std::get<OutcomeRateOperand>(parsed("errors.rate < 1%").operand).outcome.has_value());
    for (const stream::Outcome outcome : stream::all_outcomes()) {
        const judge::Gate gate = parsed(std::string(stream::outcome_id(outcome)) + ".rate < 5 %");
        CHECK(std::get<OutcomeRateOperand>(gate.operand).outcome == outcome);
    }
}

TEST_CASE("gate parser: throughput") {
    CHECK(parsed("chunks.rate > 1000/s").limit == 1000);
    CHECK(parsed("streams.rate > 60/min").limit == doctest::Approx(1));
    CHECK(std::get<ThroughputOperand>(parsed("tokens.rate > 10/s").operand).what == ThroughputOperand::What::Tokens);
}

TEST_CASE("gate parser: arms are named in front, dots in names included") {
    CHECK(parsed("arm(fast).ttft.p99 < 1s").arm == "fast");
    CHECK(parsed("arm(gpt-4.1 mini).errors.rate < 1%").arm == "gpt-4.1 mini");
}

TEST_CASE("gate parser: each mistake is one line that names word, column and what would do") {
    CHECK(problem("") == "gate: empty; write, for example, ttft.p99 < 800ms");
    CHECK(problem("ttft.p99 < 800") == R"(gate "ttft.p99 < 800", column 12: "800" needs a unit; did you mean 800ms?)");
    CHECK(problem("tfft.p99 < 1s")
              .find(R"(gate "tfft.p99 < 1s", column 1: unknown metric "tfft" (did you mean "ttft"?); known are connect,)") == 0);
    CHECK(problem("ttft.p98x < 1s").find(R"(column 6: unknown statistic "p98x")") != std::string::npos);
    CHECK(problem("ttft.maxx < 1s").find(R"(unknown statistic "maxx" (did you mean "max"?))") != std::string::npos);
    CHECK(problem("ttft < 1s").find(R"(column 1: "ttft" needs a statistic: ttft.p99, for example)") != std::string::npos);
    CHECK(problem("ttft.p100 < 1s").find("unknown statistic") != std::string::npos);
    CHECK(problem("ttft.p0 < 1s").find("unknown statistic") != std::string::npos);
    CHECK(problem("ttft.p99 800ms").find("no comparison") != std::string::npos);
    CHECK(problem("ttft.p99 == 800ms").find("column 10: a gate compares with <, <=, > or >=") != std::string::npos);
    CHECK(problem("ttft.p99 <").find("nothing after the comparison") != std::string::npos);
    CHECK(problem("< 800ms").find("nothing before the comparison") != std::string::npos);
    CHECK(problem("ttft.p99 < 8 apples").find("column 12: ") != std::string::npos);
    CHECK(problem("ttft.p99 < -1s").find("column 12: ") != std::string::npos);
    CHECK(problem("errors.rate < 1") == R"(gate "errors.rate < 1", column 15: "1" needs a unit; did you mean 1%?)");
    CHECK(problem("errors.rate < 130%").find("column 15: ") != std::string::npos);
    CHECK(problem("errors.p99 < 1%").find(R"("errors" has one statistic only: errors.rate)") != std::string::npos);
    CHECK(problem("eror.rate < 1%").find("unknown metric") != std::string::npos);
    CHECK(problem("chunks.rate > 1000") == R"(gate "chunks.rate > 1000", column 15: "1000" needs a unit; did you mean 1000/s?)");
    CHECK(problem("e2e.count > 1.5").find("column 13: ") != std::string::npos);
    CHECK(problem("arm(fast.ttft.p99 < 1s").find("arm( is not closed") != std::string::npos);
    CHECK(problem("arm().ttft.p99 < 1s").find("names no arm") != std::string::npos);
    CHECK(problem(std::string(1000, 'x')).find("too long") != std::string::npos);
    for (const char* bad : {"ttft.p99 < 800", "x", "ttft.\x1b[31m < 1s", "arm("})
        CHECK(problem(bad).find('\n') == std::string::npos);
    CHECK(problem("ttft.\x1b[31m < 1s").find('\x1b') == std::string::npos);
}

TEST_CASE("gate parser: all gates are checked, and the arms that they name") {
    const auto gates = judge::parse_gates({"ttft.p99 < 1s", "tfft.p99 < 1s", "arm(fats).ttft.p99 < 1s", "gap.p99 < 1"}, {"fast", "slow"});
    REQUIRE_FALSE(gates.has_value());
    const std::string& text = gates.error().message;
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(text.find(R"(there is no arm "fats" (did you mean "fast"?); this run has fast or slow)") != std::string::npos);
    CHECK(judge::parse_gates({"ttft.p99 < 1s", "arm(slow).e2e.p50 < 9s"}, {"fast", "slow"})->size() == 2);
    CHECK(judge::parse_gates({}, {})->empty());
}
