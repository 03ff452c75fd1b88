// What the verdicts of `compare` promise, on compares without sockets: risk of a false alarm, coverage of intervals, power.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "judge/compare.h"
#include "support/simulated_arms.h"

namespace judge = relaybench::judge;
namespace test = relaybench::test;
using judge::ComparisonFinding;
using relaybench::result::kComparedQuantiles;
using relaybench::result::Metric;
using relaybench::result::Pairing;

namespace {

bool is_difference(ComparisonFinding finding) { return finding == ComparisonFinding::Faster || finding == ComparisonFinding::Slower; }

bool raises_alarm(const judge::ArmComparison& comparison) {
    return (comparison.errors && is_difference(comparison.errors->finding)) ||
           std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(),
                       [](const judge::QuantileComparison& row) { return is_difference(row.finding); });
}

judge::ArmComparison play(test::SimulatedCompare wanted, std::uint64_t seed) {
    wanted.seed = seed;
    return judge::compare_arms(test::CompareSimulation(wanted).run()).front();
}

double share(int hits, int trials) { return static_cast<double>(hits) / trials; }

}  // namespace

TEST_CASE("simulated compare: of 2,000 compares of equal arms at most 6 % raise an alarm in any row") {
    constexpr int kTrials = 2000;
    for (const double sigma : {0.25, 0.5}) {
        int alarms = 0;
        for (int trial = 0; trial < kTrials; ++trial)
            alarms += raises_alarm(play({.sigma = sigma}, static_cast<std::uint64_t>(trial + 1))) ? 1 : 0;
        MESSAGE("sigma ", sigma, ": alarms in ", 100 * share(alarms, kTrials), " % of compares");
        CHECK(share(alarms, kTrials) <= 0.06);
    }
}

TEST_CASE("simulated compare: the same holds for closed loops side by side, and for arms without common streams") {
    constexpr int kTrials = 1000;
    for (const auto& wanted :
         {test::SimulatedCompare{.pairing = Pairing::Alongside}, test::SimulatedCompare{.drift_sigma = 0, .pairing = Pairing::Apart}}) {
        int alarms = 0;
        for (int trial = 0; trial < kTrials; ++trial)
            alarms += raises_alarm(play(wanted, static_cast<std::uint64_t>(trial + 1))) ? 1 : 0;
        MESSAGE("alarms in ", 100 * share(alarms, kTrials), " % of compares");
        CHECK(share(alarms, kTrials) <= 0.06);
    }
}

TEST_CASE("simulated compare: 95 % intervals cover the true change in 93 to 97 % of compares, at p50, p90 and p99") {
    constexpr int kTrials = 2000;
    constexpr double kTruth = 0.1;
    for (const double sigma : {0.25, 0.5}) {
        std::array<int, kComparedQuantiles.size()> covered{};
        for (int trial = 0; trial < kTrials; ++trial) {
            const auto run = test::CompareSimulation(
                                 {.sigma = sigma, .other_scale = 1 + kTruth, .gaps = 0, .seed = static_cast<std::uint64_t>(trial + 1)})
                                 .run();
            for (std::size_t i = 0; i < covered.size(); ++i) {
                const auto row = judge::compare_quantile(run.arms[0], run.arms[1], Metric::Ttft, kComparedQuantiles.at(i), run.pairing);
                REQUIRE(row.interval.has_value());
                covered.at(i) += row.interval->low <= kTruth && kTruth <= row.interval->high ? 1 : 0;
            }
        }
        for (std::size_t i = 0; i < covered.size(); ++i) {
            MESSAGE("sigma ", sigma, ", quantile ", kComparedQuantiles.at(i), ": covered in ", 100 * share(covered.at(i), kTrials), " %");
            CHECK(share(covered.at(i), kTrials) >= 0.93);
            CHECK(share(covered.at(i), kTrials) <= 0.97);
        }
    }
}

TEST_CASE("simulated compare: 5 % at a spread of 0.25 is found with 2,000 streams an arm in at least 95 % of compares") {
    constexpr int kTrials = 400;
    int found = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto comparison = play({.streams_per_arm = 2000, .other_scale = 1.05}, static_cast<std::uint64_t>(trial + 1));
        const auto slower = std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(), [](const auto& row) {
            return row.metric == Metric::Ttft && row.finding == ComparisonFinding::Slower;
        });
        found += slower ? 1 : 0;
    }
    MESSAGE("found in ", 100 * share(found, kTrials), " % of compares");
    CHECK(share(found, kTrials) >= 0.95);
}

TEST_CASE("simulated compare: drift that the arms share does not widen what is said of their difference") {
    const test::SimulatedCompare calm{.drift_sigma = 0, .seed = 5};
    const test::SimulatedCompare drifting{.drift_sigma = 0.5, .drift_memory = 0.999, .seed = 5};
    const auto width = [](const test::SimulatedCompare& wanted) {
        const auto run = test::CompareSimulation(wanted).run();
        const auto row = judge::compare_quantile(run.arms[0], run.arms[1], Metric::Ttft, 0.5, run.pairing);
        return row.interval->high - row.interval->low;
    };
    CHECK(width(drifting) < 1.8 * width(calm));  // 2.2 times for arms that know nothing of each other
}

TEST_CASE("simulated compare: gaps are judged by stream, so that many gaps of few streams prove nothing") {
    // Streams differ by far more than gaps of one stream do: 200 streams of 50 gaps are worth 200 values and not 10,000.
    int alarms = 0;
    constexpr int kTrials = 1000;
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto comparison =
            play({.streams_per_arm = 200, .sigma = 0.05, .stream_sigma = 0.5, .gaps = 50}, static_cast<std::uint64_t>(trial + 1));
        alarms += std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(),
                              [](const auto& row) { return row.metric == Metric::Gap && is_difference(row.finding); })
                      ? 1
                      : 0;
    }
    CHECK(share(alarms, kTrials) <= 0.06);
}
