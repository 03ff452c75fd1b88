#include "result/distribution.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.h"
#include "stats/hdr_histogram.h"

namespace core = relaybench::core;
namespace stats = relaybench::stats;
using namespace std::chrono_literals;
using relaybench::result::Distribution;

TEST_CASE("distribution: nothing recorded has no quantile, no mean and no extremes") {
    const Distribution empty;
    CHECK_FALSE(empty.quantile(0.5).has_value());
    CHECK_FALSE(empty.mean().has_value());
    CHECK_FALSE(empty.min().has_value());
    CHECK_FALSE(empty.max().has_value());
    CHECK(empty.count() == 0);
}

TEST_CASE("distribution: two failures among a hundred make p99 infinite and leave p98 finite") {
    Distribution distribution;
    for (int i = 0; i < 98; ++i)
        distribution.record(10ms);
    distribution.record_never();
    distribution.record_never();
    CHECK(distribution.count() == 100);
    REQUIRE(distribution.quantile(0.98).has_value());
    CHECK(distribution.quantile(0.98)->value == 10ms);
    REQUIRE(distribution.quantile(0.99).has_value());
    CHECK_FALSE(distribution.quantile(0.99)->value.has_value());
    CHECK_FALSE(distribution.quantile(1.0)->value.has_value());
    CHECK(distribution.max() == 10ms);
}

TEST_CASE("distribution: when nobody answered every quantile is infinite, none is absent") {
    Distribution distribution;
    distribution.record_never();
    REQUIRE(distribution.quantile(0.0).has_value());
    CHECK_FALSE(distribution.quantile(0.0)->value.has_value());
    CHECK_FALSE(distribution.mean().has_value());
}

TEST_CASE("distribution: censored streams are counted and not ranked") {
    Distribution distribution;
    distribution.record(5ms);
    for (int i = 0; i < 10; ++i)
        distribution.record_censored();
    CHECK(distribution.count() == 1);
    CHECK(distribution.censored() == 10);
    CHECK(distribution.quantile(1.0)->value == 5ms);
}

TEST_CASE("distribution: rounds to the nearest microsecond, and anything below one counts as one") {
    Distribution distribution;
    distribution.record(1499ns);
    CHECK(distribution.max() == 1us);
    distribution.record(1500ns);
    CHECK(distribution.max() == 2us);
    distribution.record(0ns);
    distribution.record(-5us);
    CHECK(distribution.min() == 1us);
}

TEST_CASE("distribution: a value above an hour is kept, ranked last and told") {
    Distribution distribution;
    distribution.record(1ms);
    distribution.record(2h);
    CHECK(distribution.out_of_range() == 1);
    CHECK(distribution.answered() == 2);
    CHECK(distribution.max() == 2h);
    CHECK(distribution.quantile(1.0)->value == 2h);
}

TEST_CASE("distribution: quantiles over answered and never agree with sorting, within three digits") {
    core::Random random(7);
    for (int round = 0; round < 20; ++round) {
        Distribution distribution;
        std::vector<double> sorted;
        const auto answered = 1 + random.below(400);
        const auto never = random.below(20);
        for (std::uint64_t i = 0; i < answered; ++i) {
            const double us = std::floor(1 + std::exp(random.normal() + 8));
            sorted.push_back(us);
            distribution.record(std::chrono::microseconds(static_cast<std::int64_t>(us)));
        }
        for (std::uint64_t i = 0; i < never; ++i)
            distribution.record_never();
        std::sort(sorted.begin(), sorted.end());
        for (const double q : {0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0}) {
            const auto rank = static_cast<std::size_t>(std::max(1.0, std::ceil(q * static_cast<double>(answered + never) - 1e-6)));
            const auto quantile = distribution.quantile(q);
            REQUIRE(quantile.has_value());
            if (rank > sorted.size()) {
                CHECK_FALSE(quantile->value.has_value());
            } else {
                REQUIRE(quantile->value.has_value());
                const double us = static_cast<double>(quantile->value->count()) / 1000.0;
                CHECK(us == doctest::Approx(sorted[rank - 1]).epsilon(0.001));
                CHECK(us <= sorted.back());
            }
        }
    }
}

TEST_CASE("distribution: merging parts gives what recording everything in one gives") {
    Distribution whole;
    Distribution left;
    Distribution right;
    for (int i = 1; i <= 100; ++i) {
        const auto value = std::chrono::microseconds(i * i * 17);
        whole.record(value);
        (i % 3 == 0 ? left : right).record(value);
    }
    whole.record_never();
    left.record_never();
    whole.record_censored();
    right.record_censored();
    left.merge(right);
    left.merge(Distribution{});
    CHECK(left == whole);
    Distribution empty;
    empty.merge(whole);
    CHECK(empty == whole);
}

TEST_CASE("distribution: restored from its bytes it answers as before") {
    Distribution distribution;
    for (int i = 1; i <= 1000; ++i)
        distribution.record(std::chrono::microseconds(i * 997));
    distribution.record_never();
    auto decoded = stats::decode_v2(stats::encode_v2_compressed(distribution.histogram()));
    REQUIRE(decoded.has_value());
    const Distribution restored =
        Distribution::restored(*decoded, {.never = 1, .censored = 0, .out_of_range = 0, .min_us = 997, .max_us = 997'000});
    for (const double q : {0.1, 0.5, 0.99, 0.999, 1.0})
        CHECK(restored.quantile(q)->value == distribution.quantile(q)->value);
    CHECK(restored.mean() == distribution.mean());
    CHECK(restored.min() == distribution.min());
    CHECK(restored.max() == distribution.max());
}
