#include "stats/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"

namespace {

using relaybench::core::Random;
using relaybench::stats::BootstrapOptions;
using relaybench::stats::Cluster;
using relaybench::stats::clustered_quantile_difference;
using relaybench::stats::Interval;
using relaybench::stats::quantile_difference;
using relaybench::stats::quantile_rank;
using relaybench::stats::QuantileDifference;
using relaybench::stats::SortedSample;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<double> log_normal(Random& random, std::size_t count, double median) {
    std::vector<double> values(count);
    std::generate(values.begin(), values.end(), [&] { return median * std::exp(0.5 * random.normal()); });
    return values;
}

double quantile_of(std::vector<double> values, double q) {
    std::sort(values.begin(), values.end());
    return values[quantile_rank(q, values.size()) - 1];
}

std::vector<double> drawn_anew(const std::vector<double>& values, Random& random) {
    std::vector<double> drawn(values.size());
    std::generate(drawn.begin(), drawn.end(), [&] { return values[random.below(values.size())]; });
    return drawn;
}

/// The bootstrap as the textbook has it: draw whole samples, sort them, take the difference.
Interval textbook_interval(const std::vector<double>& a, const std::vector<double>& b, double q, std::size_t replicates) {
    Random random(123'456);
    std::vector<double> differences;
    for (std::size_t i = 0; i < replicates; ++i) {
        differences.push_back(quantile_of(drawn_anew(b, random), q) - quantile_of(drawn_anew(a, random), q));
    }
    return {quantile_of(differences, 0.025), quantile_of(differences, 0.975)};
}

/// Streams whose gaps share the stream's own speed: the measurements within a cluster are far from independent.
std::vector<Cluster> streams_with_gaps(Random& random, std::size_t streams) {
    std::vector<Cluster> clusters(streams);
    for (Cluster& cluster : clusters) {
        const double pace = std::exp(0.4 * random.normal());
        for (int gap = 0; gap < 10; ++gap) {
            cluster.push_back({.value = std::round(1'000 * pace * (0.95 + 0.1 * random.uniform())), .times = 1 + random.below(3)});
        }
    }
    return clusters;
}

std::vector<double> measurements(const std::vector<Cluster>& clusters) {
    std::vector<double> values;
    for (const Cluster& cluster : clusters) {
        for (const auto& measured : cluster) {
            values.insert(values.end(), measured.times, measured.value);
        }
    }
    return values;
}

bool excludes_zero(const QuantileDifference& found) { return found.low > 0 || found.high < 0; }

}  // namespace

TEST_CASE("bootstrap: the quantiles, their difference and their ratio are those of the samples") {
    const SortedSample a(std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    const SortedSample b(std::vector<double>{10, 20, 30, 40, 50, 60, 70, 80, 90, 100});
    const auto found = quantile_difference(a, b, 0.5, {}).value();
    CHECK(found.a == 5);
    CHECK(found.b == 50);
    CHECK(found.difference == 45);
    CHECK(found.ratio == 10);
    CHECK(found.low < 45);
    CHECK(found.high > 45);
    CHECK(found.ratio_low < 10);
    CHECK(found.ratio_high > 10);
}

TEST_CASE("bootstrap: the shortcut by Beta numbers has the interval of whole samples drawn and sorted") {
    Random random(8);
    const std::vector<double> a = log_normal(random, 300, 100);
    const std::vector<double> b = log_normal(random, 200, 120);
    for (const double q : {0.5, 0.9}) {
        const Interval expected = textbook_interval(a, b, q, 2'000);
        const auto found = quantile_difference(SortedSample(a), SortedSample(b), q, {.replicates = 10'000, .seed = 3}).value();
        const double width = expected.high - expected.low;
        CHECK(std::fabs(found.low - expected.low) < 0.08 * width);
        CHECK(std::fabs(found.high - expected.high) < 0.08 * width);
    }
}

TEST_CASE("bootstrap: the resampled rank has the exact distribution of the definition") {
    // n = 5, median: P(index ≤ k) = P(Bin(5, k/5) ≥ 3) for k = 1 … 5. Against a single zero the difference is the resampled value itself.
    const std::vector<double> exact = {0.05792, 0.31744, 0.68256, 0.94208, 1};
    const SortedSample zero(std::vector<double>{0});
    const SortedSample five(std::vector<double>{1, 2, 3, 4, 5});
    for (std::size_t k = 1; k <= 5; ++k) {
        // The confidence whose lower tail is just below and just above the exact probability must cross the value k.
        for (const double off : {-0.01, 0.01}) {
            const double tail = exact[k - 1] + off;
            if (tail >= 0.5 || tail <= 0) {
                continue;
            }
            const BootstrapOptions options{.confidence = 1 - 2 * tail, .replicates = 20'000, .seed = 17};
            const double low = quantile_difference(zero, five, 0.5, options).value().low;
            CHECK(low == static_cast<double>(off < 0 ? k : k + 1));
        }
    }
}

TEST_CASE("bootstrap: the interval covers the true difference as often as it says") {
    Random random(2'024);
    constexpr int kTrials = 500;
    for (const double q : {0.5, 0.9}) {
        int covered = 0;
        const double z = q == 0.5 ? 0 : 1.2815515655446004;
        const double truth = (130 - 100) * std::exp(0.5 * z);
        for (int trial = 0; trial < kTrials; ++trial) {
            const SortedSample a(log_normal(random, 200, 100));
            const SortedSample b(log_normal(random, 200, 130));
            const auto found = quantile_difference(a, b, q, {.replicates = 200, .seed = static_cast<std::uint64_t>(trial)}).value();
            covered += found.low <= truth && truth <= found.high ? 1 : 0;
        }
        const double share = static_cast<double>(covered) / kTrials;
        CAPTURE(q);
        CHECK(share > 0.92);  // 95 % with a standard error of 1 %
        CHECK(share < 0.985);
    }
}

TEST_CASE("bootstrap: equal arms raise false alarms at the stated rate and no more, up to p99 with the samples that it needs") {
    Random random(77);
    constexpr int kTrials = 500;
    struct Case {
        double q;
        std::size_t samples;
    };
    for (const Case& one : {Case{0.5, 100}, Case{0.9, 100}, Case{0.99, 400}}) {
        int alarms = 0;
        for (int trial = 0; trial < kTrials; ++trial) {
            const SortedSample a(log_normal(random, one.samples, 100));
            const SortedSample b(log_normal(random, one.samples, 100));
            const BootstrapOptions options{.replicates = 200, .seed = static_cast<std::uint64_t>(trial)};
            alarms += excludes_zero(quantile_difference(a, b, one.q, options).value()) ? 1 : 0;
        }
        CAPTURE(one.q);
        CHECK(static_cast<double>(alarms) / kTrials < 0.08);  // 5 % with a standard error of 1 %
    }
}

TEST_CASE("bootstrap: a stream that never answered is +infinity, and differences keep its sign") {
    const SortedSample fine(std::vector<double>(50, 10.0));
    const SortedSample dead(std::vector<double>(50, kInfinity));
    const auto worse = quantile_difference(fine, dead, 0.5, {}).value();
    CHECK(worse.b == kInfinity);
    CHECK(worse.difference == kInfinity);
    CHECK(worse.low == kInfinity);
    CHECK(worse.ratio_low == kInfinity);
    const auto better = quantile_difference(dead, fine, 0.5, {}).value();
    CHECK(better.difference == -kInfinity);
    CHECK(better.high == -kInfinity);
    CHECK(better.ratio == 0);
    CHECK(better.ratio_high == 0);
}

TEST_CASE("bootstrap: two arms that never answered have no difference, and everything is possible") {
    const SortedSample dead(std::vector<double>(50, kInfinity));
    const auto found = quantile_difference(dead, dead, 0.9, {}).value();
    CHECK_FALSE(found.difference);
    CHECK_FALSE(found.ratio);
    CHECK(found.low == -kInfinity);
    CHECK(found.high == kInfinity);
    CHECK(found.ratio_low == 0);
    CHECK(found.ratio_high == kInfinity);
}

TEST_CASE("bootstrap: a few that never answered leave the median finite and make the tail uncertain") {
    std::vector<double> values(96, 10.0);
    values.insert(values.end(), 4, kInfinity);
    const SortedSample some(values);
    const SortedSample fine(std::vector<double>(100, 10.0));
    const auto median = quantile_difference(fine, some, 0.5, {}).value();
    CHECK(median.low == 0);
    CHECK(median.high == 0);
    const auto tail = quantile_difference(fine, some, 0.95, {}).value();
    CHECK(tail.low == 0);
    CHECK(tail.high == kInfinity);
}

TEST_CASE("bootstrap: empty samples have no difference at all") {
    const SortedSample one(std::vector<double>{1});
    CHECK_FALSE(quantile_difference(SortedSample({}), one, 0.5, {}));
    CHECK_FALSE(quantile_difference(one, SortedSample({}), 0.5, {}));
    CHECK_FALSE(clustered_quantile_difference({}, {}, 0.5, {}));
    const std::vector<Cluster> silent(3);
    CHECK_FALSE(clustered_quantile_difference(silent, silent, 0.5, {}));
    const auto single = quantile_difference(one, one, 0.99, {}).value();
    CHECK(single.low == 0);
    CHECK(single.high == 0);
}

TEST_CASE("bootstrap: the same seed gives the same interval, another seed another one") {
    Random random(5);
    const SortedSample a(log_normal(random, 100, 100));
    const SortedSample b(log_normal(random, 100, 100));
    const auto first = quantile_difference(a, b, 0.9, {.replicates = 200, .seed = 1}).value();
    const auto again = quantile_difference(a, b, 0.9, {.replicates = 200, .seed = 1}).value();
    const auto other = quantile_difference(a, b, 0.9, {.replicates = 200, .seed = 2}).value();
    CHECK(first.low == again.low);
    CHECK(first.high == again.high);
    CHECK((first.low != other.low || first.high != other.high));
}

TEST_CASE("bootstrap of clusters: the quantile is that of all measurements") {
    Random random(6);
    const std::vector<Cluster> a = streams_with_gaps(random, 30);
    const std::vector<Cluster> b = streams_with_gaps(random, 40);
    for (const double q : {0.0, 0.5, 0.99, 1.0}) {
        const auto found = clustered_quantile_difference(a, b, q, {.replicates = 10}).value();
        CHECK(found.a == quantile_of(measurements(a), q));
        CHECK(found.b == quantile_of(measurements(b), q));
    }
}

TEST_CASE("bootstrap of clusters: clusters of one measurement each are the plain bootstrap") {
    Random random(9);
    const std::vector<double> a = log_normal(random, 150, 100);
    const std::vector<double> b = log_normal(random, 150, 110);
    const auto single = [](const std::vector<double>& values) {
        std::vector<Cluster> clusters;
        for (const double value : values) {
            clusters.push_back({{.value = value, .times = 1}});
        }
        return clusters;
    };
    const auto plain = quantile_difference(SortedSample(a), SortedSample(b), 0.5, {.replicates = 20'000}).value();
    const auto clustered = clustered_quantile_difference(single(a), single(b), 0.5, {.replicates = 4'000}).value();
    const double width = plain.high - plain.low;
    CHECK(std::fabs(plain.low - clustered.low) < 0.07 * width);
    CHECK(std::fabs(plain.high - clustered.high) < 0.07 * width);
}

TEST_CASE("bootstrap of clusters: dependent gaps raise false alarms at the stated rate, where single gaps would cry wolf") {
    Random random(10);
    constexpr int kTrials = 200;
    int alarms = 0;
    int naive_alarms = 0;
    for (int trial = 0; trial < kTrials; ++trial) {
        const std::vector<Cluster> a = streams_with_gaps(random, 60);
        const std::vector<Cluster> b = streams_with_gaps(random, 60);
        const BootstrapOptions options{.replicates = 100, .seed = static_cast<std::uint64_t>(trial)};
        alarms += excludes_zero(clustered_quantile_difference(a, b, 0.5, options).value()) ? 1 : 0;
        const SortedSample gaps_a(measurements(a));
        const SortedSample gaps_b(measurements(b));
        naive_alarms += excludes_zero(quantile_difference(gaps_a, gaps_b, 0.5, options).value()) ? 1 : 0;
    }
    CHECK(static_cast<double>(alarms) / kTrials < 0.095);  // 5 % with a standard error of 1.5 %
    CHECK(static_cast<double>(naive_alarms) / kTrials > 0.3);
}
