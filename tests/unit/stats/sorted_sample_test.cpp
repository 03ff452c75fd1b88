#include "stats/sorted_sample.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"

namespace {

using relaybench::core::Random;
using relaybench::stats::Interval;
using relaybench::stats::quantile_interval;
using relaybench::stats::quantile_rank;
using relaybench::stats::samples_for_quantile_interval;
using relaybench::stats::SortedSample;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 1, 2, … n: a value is its own rank.
SortedSample ranks(std::size_t n) {
    std::vector<double> values;
    for (std::size_t i = n; i > 0; --i) {
        values.push_back(static_cast<double>(i));
    }
    return SortedSample(values);
}

/// P(B = k) by the definition, with a product of small factors.
double binomial(std::size_t n, std::size_t k, double q) {
    double p = std::pow(q, static_cast<double>(k)) * std::pow(1 - q, static_cast<double>(n - k));
    for (std::size_t i = 1; i <= k; ++i) {
        p *= static_cast<double>(n - k + i) / static_cast<double>(i);
    }
    return p;
}

/// The definition of the interval, by adding up probabilities for every rank.
Interval brute_force_interval(std::size_t n, double q, double confidence) {
    const double tail = (1 - confidence) / 2;
    Interval interval{-kInfinity, kInfinity};
    double below = 0;  // P(B < rank)
    for (std::size_t rank = 1; rank <= n; ++rank) {
        below += binomial(n, rank - 1, q);
        if (below <= tail) {
            interval.low = static_cast<double>(rank);
        }
        if (1 - below <= tail && interval.high == kInfinity) {
            interval.high = static_cast<double>(rank);
        }
    }
    return interval;
}

}  // namespace

TEST_CASE("sample: a quantile is the value at rank ceil(q n)") {
    const std::vector<double> values = {30, 10, kInfinity, 20};
    const SortedSample sample{values};
    CHECK(sample.quantile(0) == 10);
    CHECK(sample.quantile(0.25) == 10);
    CHECK(sample.quantile(0.26) == 20);
    CHECK(sample.quantile(0.75) == 30);
    CHECK(sample.quantile(0.76) == kInfinity);
    CHECK(sample.quantile(1) == kInfinity);
    CHECK(quantile_rank(0.07, 100) == 7);
    CHECK(quantile_rank(0.5, 0) == 0);
    CHECK(quantile_rank(1e-300, 5) == 1);
}

TEST_CASE("quantile interval: the published one of the median of 20 values") {
    // Conover, Practical Nonparametric Statistics, and every table of the sign test: n = 20, 95 % → x(6) … x(15).
    const Interval interval = quantile_interval(ranks(20), 0.5, 0.95);
    CHECK(interval.low == 6);
    CHECK(interval.high == 15);
}

TEST_CASE("quantile interval: the ranks are those of the brute-force binomial sum") {
    for (const std::size_t n : {1U, 5U, 6U, 20U, 99U, 300U}) {
        for (const double q : {0.05, 0.5, 0.9, 0.99}) {
            for (const double confidence : {0.8, 0.95, 0.99}) {
                const Interval expected = brute_force_interval(n, q, confidence);
                const Interval interval = quantile_interval(ranks(n), q, confidence);
                CAPTURE(n);
                CAPTURE(q);
                CAPTURE(confidence);
                CHECK(interval.low == expected.low);
                CHECK(interval.high == expected.high);
            }
        }
    }
}

TEST_CASE("quantile interval: it covers the true quantile as often as it says") {
    Random random(1);
    constexpr int kTrials = 2'000;
    int covered = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> values(400);
        std::generate(values.begin(), values.end(), [&] { return random.uniform(); });
        const Interval interval = quantile_interval(SortedSample(values), 0.9, 0.95);
        covered += interval.low <= 0.9 && 0.9 <= interval.high ? 1 : 0;
    }
    const double share = static_cast<double>(covered) / kTrials;
    CHECK(share > 0.94);   // at least 95 % by construction; 2,000 trials have a standard error of 0.5 %
    CHECK(share < 0.985);  // and not much wider than it must be
}

TEST_CASE("quantile interval: samples too small for a bound have an infinite one, and the size that is needed is exact") {
    CHECK(samples_for_quantile_interval(0.5, 0.95) == 6);
    CHECK(samples_for_quantile_interval(0.99, 0.95) == 368);
    for (const double q : {0.01, 0.5, 0.9, 0.99}) {
        const std::size_t needed = samples_for_quantile_interval(q, 0.95);
        const Interval enough = quantile_interval(ranks(needed), q, 0.95);
        CHECK(std::isfinite(enough.low));
        CHECK(std::isfinite(enough.high));
        const Interval few = quantile_interval(ranks(needed - 1), q, 0.95);
        CHECK((few.low == -kInfinity || few.high == kInfinity));
    }
    const Interval none = quantile_interval(SortedSample({}), 0.5, 0.95);
    CHECK(none.low == -kInfinity);
    CHECK(none.high == kInfinity);
}

TEST_CASE("quantile interval: a large sample costs no underflow") {
    const Interval interval = quantile_interval(ranks(1'000'000), 0.999, 0.95);
    // Normal approximation: 999,000 ± 1.96 · sqrt(n q (1 - q)) = ± 62.
    CHECK(interval.low == doctest::Approx(998'938).epsilon(3e-6));
    CHECK(interval.high == doctest::Approx(999'063).epsilon(3e-6));
}
