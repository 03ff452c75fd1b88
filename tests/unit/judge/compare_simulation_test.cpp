// What the verdicts of `compare` promise, on compares without sockets: risk of a false alarm, coverage of intervals, power.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "judge/compare.h"
#include "support/simulated_arms.h"

namespace judge = relaybench::judge;
namespace test = relaybench::test;
using judge::Finding;
using relaybench::result::Metric;
using relaybench::result::Pairing;

namespace {

bool is_difference(Finding finding) { return finding == Finding::Faster || finding == Finding::Slower; }

bool raises_alarm(const judge::ArmComparison& comparison) {
    return (comparison.errors && is_difference(comparison.errors->finding)) ||
           std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(),
                       [](const judge::QuantileComparison& row) { return is_difference(row.finding); });
}

judge::ArmComparison play(test::SimulatedCompare wanted, std::uint64_t seed) {
    wanted.seed = seed;
    return judge::compare_arms(test::CompareSimulation(wanted).run()).front();
}

/// The most successes of `trials` with probability `p` that chance gives in 99.9 % of cases.
double bound(int trials, double p) { return trials * p + 3.09 * std::sqrt(trials * p * (1 - p)); }

}  // namespace

TEST_CASE("simulated compare: equal arms raise an alarm in any row in at most 5 % of compares, drift or not") {
    constexpr int kTrials = 250;
    for (const double sigma : {0.25, 0.5}) {
        for (const auto pairing : {Pairing::Dealt, Pairing::Alongside}) {
            CAPTURE(sigma);
            int alarms = 0;
            for (int trial = 0; trial < kTrials; ++trial)
                alarms += raises_alarm(play({.sigma = sigma, .pairing = pairing}, static_cast<std::uint64_t>(trial + 1))) ? 1 : 0;
            CHECK(alarms <= bound(kTrials, 0.05));
        }
    }
}

TEST_CASE("simulated compare: intervals cover the true change with 95 %") {
    constexpr int kTrials = 300;
    const double truth = std::log(1.1);
    for (const double q : {0.5, 0.9, 0.99}) {
        CAPTURE(q);
        int covered = 0;
        for (int trial = 0; trial < kTrials; ++trial) {
            const auto run = test::CompareSimulation({.other_scale = 1.1, .seed = static_cast<std::uint64_t>(trial + 1)}).run();
            const auto row = judge::compare_quantile(run.arms[0], run.arms[1], Metric::Ttft, q, run.pairing);
            REQUIRE(row.interval.has_value());
            covered += row.interval->low <= std::expm1(truth) && std::expm1(truth) <= row.interval->high ? 1 : 0;
        }
        CHECK(covered >= kTrials - bound(kTrials, 0.05));
        CHECK(covered <= kTrials - 1);
    }
}

TEST_CASE("simulated compare: 5 % at a spread of 0.25 is found with 2,000 streams an arm") {
    constexpr int kTrials = 60;
    int found = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto comparison =
            play({.streams_per_arm = 2000, .other_scale = 1.05}, static_cast<std::uint64_t>(trial + 1));
        const auto slower = std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(), [](const auto& row) {
            return row.metric == Metric::Ttft && row.finding == Finding::Slower;
        });
        found += slower ? 1 : 0;
    }
    CHECK(found >= kTrials - bound(kTrials, 0.05));
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
    constexpr int kTrials = 200;
    for (int trial = 0; trial < kTrials; ++trial) {
        const auto comparison = play({.streams_per_arm = 200, .sigma = 0.05, .stream_sigma = 0.5, .gaps = 50},
                                     static_cast<std::uint64_t>(trial + 1));
        alarms += std::any_of(comparison.quantiles.begin(), comparison.quantiles.end(),
                              [](const auto& row) { return row.metric == Metric::Gap && is_difference(row.finding); })
                      ? 1
                      : 0;
    }
    CHECK(alarms <= bound(kTrials, 0.05));
}
