#include "judge/compare.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/random.h"
#include "judge/order_statistic.h"
#include "support/sample_result.h"

namespace core = relaybench::core;
namespace judge = relaybench::judge;
namespace test = relaybench::test;
using judge::ComparisonFinding;
using relaybench::result::ArmResult;
using relaybench::result::Metric;
using relaybench::result::Pairing;

namespace {

ArmResult lognormal_arm(std::uint64_t streams, double scale, core::Random& random) {
    ArmResult arm;
    for (std::uint64_t i = 0; i < streams; ++i) {
        const double us = 100'000 * scale * std::exp(0.5 * random.normal());
        arm.metric(Metric::Ttft).record(std::chrono::microseconds(static_cast<std::int64_t>(us)));
    }
    return arm;
}

}  // namespace

TEST_CASE("order statistic: limits are those of the published tables") {
    // Conover, Practical Nonparametric Statistics, 3rd ed., 3.2: n = 16 at the median, at least 95 %: X(4) … X(13).
    const auto median = judge::quantile_ranks(16, 0.5, 0.95);
    REQUIRE(median.has_value());
    // Whole ranks leave more than 95 %; ours lie between them and the next ones inwards.
    CHECK(median->low >= 4);
    CHECK(median->low < 5);
    CHECK(median->high <= 13);
    CHECK(median->high > 12);
    CHECK_FALSE(judge::quantile_ranks(5, 0.5, 0.95).has_value());
    CHECK(judge::quantile_ranks(6, 0.5, 0.95).has_value());
    CHECK_FALSE(judge::quantile_ranks(0, 0.5, 0.95).has_value());
}

TEST_CASE("order statistic: the smallest useful count is where limits begin to exist") {
    for (const double q : {0.5, 0.9, 0.99, 0.999}) {
        const std::uint64_t needed = judge::count_needed(q, 0.95);
        CHECK(judge::quantile_ranks(needed, q, 0.95).has_value());
        CHECK_FALSE(judge::quantile_ranks(needed - 1, q, 0.95).has_value());
    }
    CHECK(judge::count_needed(0.99, 0.95) == 368);
}

TEST_CASE("order statistic: limits of a million values lie where the normal approximation puts them") {
    const auto ranks = judge::quantile_ranks(1'000'000, 0.9, 0.95);
    REQUIRE(ranks.has_value());
    CHECK(ranks->low == doctest::Approx(900'000 - 1.96 * 300).epsilon(1e-5));
    CHECK(ranks->high == doctest::Approx(900'001 + 1.96 * 300).epsilon(1e-5));
}

TEST_CASE("compare: equal arms are called different no more often than stated") {
    core::Random random(11);
    constexpr int kRounds = 600;
    int alarms = 0;
    for (int round = 0; round < kRounds; ++round) {
        const ArmResult a = lognormal_arm(200, 1.0, random);
        const ArmResult b = lognormal_arm(200, 1.0, random);
        const ComparisonFinding finding = judge::compare_quantile(a, b, Metric::Ttft, 0.5, Pairing::Apart).finding;
        alarms += finding == ComparisonFinding::Faster || finding == ComparisonFinding::Slower ? 1 : 0;
    }
    // 5 % of 600 is 30; three standard deviations (5.3 each) above that.
    CHECK(alarms <= 46);
}

TEST_CASE("compare: the interval holds the true change about as often as it claims, and finds it") {
    core::Random random(12);
    int covered = 0;
    int found = 0;
    for (int round = 0; round < 300; ++round) {
        const ArmResult a = lognormal_arm(400, 1.0, random);
        const ArmResult b = lognormal_arm(400, 0.8, random);
        const auto row = judge::compare_quantile(a, b, Metric::Ttft, 0.5, Pairing::Apart);
        REQUIRE(row.interval.has_value());
        covered += row.interval->low <= -0.2 && -0.2 <= row.interval->high ? 1 : 0;
        found += row.finding == ComparisonFinding::Faster ? 1 : 0;
    }
    CHECK(covered >= 274);  // 285 expected; three standard deviations (3.8 each) below
    CHECK(found >= 280);
}

TEST_CASE("compare: too few streams for a tail are said to be too few, with how many it takes") {
    core::Random random(13);
    const ArmResult a = lognormal_arm(100, 1.0, random);
    const ArmResult b = lognormal_arm(100, 5.0, random);
    const auto row = judge::compare_quantile(a, b, Metric::Ttft, 0.99, Pairing::Apart);
    CHECK(row.finding == ComparisonFinding::TooFewStreams);
    CHECK(judge::verdict_words(row, "B") == "too few streams (need ≈ 370)");
}

TEST_CASE("compare: gaps of too few streams to tell how streams differ are not judged") {
    ArmResult a;
    ArmResult b;
    for (int i = 0; i < 10'000; ++i) {
        a.metric(Metric::Gap).record(std::chrono::milliseconds(10));
        b.metric(Metric::Gap).record(std::chrono::milliseconds(8));
    }
    const auto row = judge::compare_quantile(a, b, Metric::Gap, 0.5, Pairing::Apart);
    CHECK(row.finding == ComparisonFinding::TooFewStreams);
    CHECK_FALSE(row.interval.has_value());
    CHECK(judge::verdict_words(row, "B") == "too few streams (need ≈ 20)");
}

TEST_CASE("compare: an arm whose tail never answered is slower, without a size") {
    core::Random random(14);
    const ArmResult a = lognormal_arm(1000, 1.0, random);
    ArmResult b = lognormal_arm(900, 1.0, random);
    for (int i = 0; i < 100; ++i)
        b.metric(Metric::Ttft).record_never();
    const auto row = judge::compare_quantile(a, b, Metric::Ttft, 0.99, Pairing::Apart);
    CHECK(row.finding == ComparisonFinding::Slower);
    CHECK_FALSE(row.change.has_value());
    CHECK(judge::verdict_words(row, "B") == "B slower: it never got there");
    CHECK(judge::compare_quantile(b, a, Metric::Ttft, 0.99, Pairing::Apart).finding == ComparisonFinding::Faster);
}

TEST_CASE("compare: an arm without values has nothing to compare") {
    core::Random random(15);
    const auto row = judge::compare_quantile(lognormal_arm(10, 1, random), ArmResult{}, Metric::Ttft, 0.5, Pairing::Apart);
    CHECK(row.finding == ComparisonFinding::NothingObserved);
    CHECK(judge::verdict_words(row, "B") == "nothing to compare");
}

TEST_CASE("compare: words give the size, the interval and the direction") {
    judge::QuantileComparison row;
    row.change = -0.18;
    row.interval = relaybench::result::ChangeInterval{-0.23, -0.12};
    row.finding = ComparisonFinding::Faster;
    CHECK(judge::verdict_words(row, "B") == "B faster by 18 % (12…23)");
    row.change = 0.22;
    row.interval = relaybench::result::ChangeInterval{0.14, 0.31};
    row.finding = ComparisonFinding::Slower;
    CHECK(judge::verdict_words(row, "B") == "B slower by 22 % (14…31)");
    row.change = 3.1;
    row.interval = relaybench::result::ChangeInterval{2.8, 3.5};
    CHECK(judge::verdict_words(row, "B") == "B slower: 4.1× (3.8…4.5)");
    row.change = 0.01;
    row.interval = relaybench::result::ChangeInterval{-0.04, 0.03};
    row.finding = ComparisonFinding::NoDifference;
    CHECK(judge::verdict_words(row, "B") == "no difference shown (±4 %)");
    row.interval = relaybench::result::ChangeInterval{-0.12, 0.11};
    row.streams_needed = 5761;
    CHECK(judge::verdict_words(row, "B") == "undecided (±12 %; need ≈ 5800)");
    row.interval = relaybench::result::ChangeInterval{0.005, 0.09};
    CHECK(judge::verdict_words(row, "B") == "undecided (+0.5…+9 %, but it may be chance; need ≈ 5800)");
    CHECK_FALSE(judge::is_shown_alone(row));
    row.p_value = 0.02;
    row.p_adjusted = 0.3;
    CHECK(judge::verdict_words(row, "B") == "undecided (+0.5…+9 % by itself, may be chance among all rows; need ≈ 5800)");
    CHECK(judge::is_shown_alone(row));
    row.interval->high = std::numeric_limits<double>::infinity();
    CHECK(judge::verdict_words(row, "B") == "undecided (it may lie among the failures)");
}

TEST_CASE("compare: points have their signs and no exponent, and an interval stands beside what decides nothing") {
    relaybench::result::ErrorComparison row;
    const auto words = [&row](double low, double high, ComparisonFinding finding) {
        row.low = low;
        row.high = high;
        row.finding = finding;
        return judge::verdict_words(row, "B");
    };
    CHECK(words(0, 0, ComparisonFinding::NoDifference) == "no difference in failures shown");
    row.other = 0.2;
    CHECK(words(0.77, 1, ComparisonFinding::Slower) == "B fails more (+77…+100 points)");
    CHECK(words(-1, -0.000002, ComparisonFinding::Faster) == "B fails less (-100…-0.0002 points)");
    CHECK(words(-0.0000004, 0.026, ComparisonFinding::NoDifference) == "no difference in failures shown (0…+2.6 points)");
    CHECK(words(0.06, 0.35, ComparisonFinding::NoDifference) == "failures undecided (+6…+35 points, but it may be chance)");
}

TEST_CASE("compare: failures are compared as shares, with an interval") {
    auto run = test::sample_run({.name = "a", .failures = 2});
    run.arms.push_back(test::sample_arm({.name = "b", .failures = 40, .seed = 2}));
    const auto comparisons = judge::compare_arms(run);
    REQUIRE(comparisons.size() == 1);
    REQUIRE(comparisons[0].errors.has_value());
    CHECK(comparisons[0].errors->finding == ComparisonFinding::Slower);
    CHECK(judge::verdict_words(*comparisons[0].errors, "b").find("b fails more (+") == 0);
    CHECK(comparisons[0].quantiles.size() == 15);
}

TEST_CASE("compare: the interval of two shares is Newcombe's published example") {
    // Newcombe 1998, Statistics in Medicine 17, table II, method 10, 56/70 against 48/80: 0.0524 to 0.3339.
    relaybench::result::RunResult run;
    for (const auto& [failed, total] : {std::pair{48U, 80U}, std::pair{56U, 70U}}) {
        ArmResult arm;
        arm.outcomes[static_cast<std::size_t>(relaybench::stream::Outcome::Dropped)] = failed;
        arm.outcomes[static_cast<std::size_t>(relaybench::stream::Outcome::Complete)] = total - failed;
        run.arms.push_back(arm);
    }
    const auto errors = judge::compare_arms(run).front().errors;
    REQUIRE(errors.has_value());
    CHECK(errors->low == doctest::Approx(0.0524).epsilon(0.002));
    CHECK(errors->high == doctest::Approx(0.3339).epsilon(0.002));
}
