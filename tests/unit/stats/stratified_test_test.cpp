#include "stats/stratified_test.h"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "core/random.h"
#include "stats/holm.h"

namespace core = relaybench::core;
namespace stats = relaybench::stats;

TEST_CASE("stratified test: pairs are the sign test") {
    // Ten pairs of which all ten differ the same way: 2 · (1/2)^10.
    const std::vector<stats::Stratum> pairs(10, stats::Stratum{1, 1, 0, 1});
    CHECK(stats::stratified_p_value(pairs) == doctest::Approx(2.0 / 1024));
}

TEST_CASE("stratified test: one stratum is Fisher's exact test") {
    // Fisher's tea: 3 of 4 right. The two-sided probability is 34 / 70.
    const std::array tea{stats::Stratum{4, 4, 1, 3}};
    CHECK(stats::stratified_p_value(tea) == doctest::Approx(34.0 / 70));
}

TEST_CASE("stratified test: strata in which nothing can change say nothing") {
    std::vector<stats::Stratum> strata{{3, 0, 2, 0}, {0, 5, 0, 1}, {2, 2, 2, 2}, {2, 2, 0, 0}};
    CHECK(stats::stratified_p_value(strata) == 1.0);
    strata.push_back({1, 1, 0, 1});
    CHECK(stats::stratified_p_value(strata) == doctest::Approx(1.0));
    CHECK(stats::stratified_p_value({}) == 1.0);
}

TEST_CASE("stratified test: the normal distribution takes over where the exact one ends") {
    // 4,000 discordant pairs are convolved, 4,001 are not; 2,080 against 1,920 lie 2.53 standard deviations out.
    const auto p_of = [](std::size_t other, std::size_t base) {
        std::vector<stats::Stratum> pairs(other, stats::Stratum{1, 1, 0, 1});
        pairs.insert(pairs.end(), base, stats::Stratum{1, 1, 1, 0});
        return stats::stratified_p_value(pairs);
    };
    CHECK(p_of(2080, 1920) == doctest::Approx(p_of(2081, 1921)).epsilon(0.01));
}

TEST_CASE("clustered test: few clusters are dealt, many follow the normal distribution, and both agree") {
    const auto p_of = [](std::size_t blocks, double shift) {
        core::Random random(3);
        std::vector<stats::ScoredCluster> clusters;
        for (std::uint64_t block = 0; block < blocks; ++block) {
            clusters.push_back({random.normal(), false, block});
            clusters.push_back({random.normal() + shift, true, block});
        }
        return stats::clustered_p_value(clusters, 1);
    };
    CHECK(p_of(199, 0.25) == doctest::Approx(p_of(200, 0.25)).epsilon(0.25));
    CHECK(p_of(150, 1.0) < 0.001);
    CHECK(p_of(1000, 0.3) < 0.001);
}

TEST_CASE("clustered test: equal scores say nothing") {
    const std::vector<stats::ScoredCluster> clusters{{1, false, 0}, {1, true, 0}, {1, false, 1}, {1, true, 1}};
    CHECK(stats::clustered_p_value(clusters, 1) == 1.0);
}

TEST_CASE("Holm: adjusts step by step, keeps the order, never passes 1") {
    const std::array p{0.01, 0.04, 0.03, 0.5};
    const auto adjusted = stats::holm_adjusted(p);
    CHECK(adjusted[0] == doctest::Approx(0.04));
    CHECK(adjusted[2] == doctest::Approx(0.09));
    CHECK(adjusted[1] == doctest::Approx(0.09));
    CHECK(adjusted[3] == doctest::Approx(0.5));
    CHECK(stats::holm_adjusted(std::array{0.9, 0.8})[0] == 1.0);
    CHECK(stats::holm_adjusted({}).empty());
}
