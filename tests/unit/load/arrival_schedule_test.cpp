#include "load/arrival_schedule.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace relaybench::load {

namespace {

std::vector<double> offsets_s(ArrivalSchedule schedule, std::size_t count) {
    std::vector<double> result;
    while (result.size() < count) {
        const auto arrival = schedule.next();
        if (!arrival) {
            break;
        }
        result.push_back(std::chrono::duration<double>(arrival->offset).count());
    }
    return result;
}

/// Kolmogorov's distance between a sample and a distribution function.
template <class Cdf>
double ks_distance(std::vector<double> sample, Cdf cdf) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double expected = cdf(sample[i]);
        distance = std::max({distance, expected - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - expected});
    }
    return distance;
}

/// 0.1 % critical value of the one-sample test (Kolmogorov's limit distribution): 1.949/√n.
double ks_limit(std::size_t n) { return 1.949 / std::sqrt(static_cast<double>(n)); }

}  // namespace

TEST_CASE("arrivals: a constant rate of 20/s starts the k-th stream exactly k/20 s in, and never drifts") {
    ArrivalSchedule schedule(scenario::OpenLoop{20.0, scenario::Arrivals::Constant}, 1);
    for (std::uint64_t k = 0; k < 100'000; ++k) {
        const auto arrival = schedule.next();
        REQUIRE(arrival);
        REQUIRE(arrival->index == k);
        REQUIRE(arrival->offset == k * 50ms);
    }
}

TEST_CASE("arrivals: an open loop without a rate never starts anything") {
    CHECK_FALSE(ArrivalSchedule(scenario::OpenLoop{0.0, scenario::Arrivals::Constant}, 1).next());
}

TEST_CASE("arrivals: Poisson gaps have the mean, the variance and the distribution of an exponential") {
    for (const std::uint64_t seed : {1U, 7U, 4242U}) {
        CAPTURE(seed);
        constexpr std::size_t kCount = 20'000;
        const auto offsets = offsets_s(ArrivalSchedule(scenario::OpenLoop{50.0, scenario::Arrivals::Poisson}, seed), kCount);
        std::vector<double> gaps;  // the first is from the start
        std::adjacent_difference(offsets.begin(), offsets.end(), std::back_inserter(gaps));
        double sum = 0;
        double squares = 0;
        for (const double gap : gaps) {
            sum += gap;
            squares += gap * gap;
        }
        const double mean = sum / kCount;
        const double variance = squares / kCount - mean * mean;
        // Five standard errors: σ/√n for the mean, σ²·√(8/n) for the variance of an exponential (kurtosis 9).
        CHECK(std::abs(mean - 0.02) < 5 * 0.02 / std::sqrt(kCount));
        CHECK(std::abs(variance - 0.0004) < 5 * 0.0004 * std::sqrt(8.0 / kCount));
        CHECK(ks_distance(gaps, [](double x) { return 1 - std::exp(-50 * x); }) < ks_limit(kCount));
    }
}

TEST_CASE("arrivals: the same seed gives the same starts, another seed others") {
    const scenario::OpenLoop open{10.0, scenario::Arrivals::Poisson};
    CHECK(offsets_s(ArrivalSchedule(open, 5), 100) == offsets_s(ArrivalSchedule(open, 5), 100));
    CHECK(offsets_s(ArrivalSchedule(open, 5), 100) != offsets_s(ArrivalSchedule(open, 6), 100));
}

TEST_CASE("arrivals: a ramp from 0 to 10/s within 10 s starts stream k after sqrt(2k) seconds") {
    const auto offsets = offsets_s(ArrivalSchedule(scenario::Ramp{{{10s, 10.0}}, scenario::Arrivals::Constant}, 1), 1000);
    REQUIRE(offsets.size() == 50);  // the integral of the rate, half-open at the end
    for (std::size_t k = 0; k < offsets.size(); ++k) {
        CHECK(offsets[k] == doctest::Approx(std::sqrt(2.0 * static_cast<double>(k))).epsilon(1e-8));
    }
}

TEST_CASE("arrivals: rising, level, falling and silent stages join without a gap, against a numerical integral") {
    const scenario::Ramp ramp{{{4s, 40.0}, {3s, 40.0}, {5s, 0.0}, {2s, 0.0}, {1s, 30.0}}, scenario::Arrivals::Constant};
    const auto offsets = offsets_s(ArrivalSchedule(ramp, 1), 10'000);
    CHECK(offsets.size() == 80 + 120 + 100 + 15);
    CHECK(std::is_sorted(offsets.begin(), offsets.end()));

    const auto rate_at = [](double t) {
        if (t < 7) {
            return std::min(10 * t, 40.0);
        }
        return t < 12 ? 40 - 8 * (t - 7) : std::max(0.0, 30 * (t - 14));
    };
    constexpr double kStep = 1e-4;
    double integral = 0;
    std::size_t next = 1;
    for (double t = 0; t < 15 && next < offsets.size(); t += kStep) {
        integral += rate_at(t + kStep / 2) * kStep;
        if (integral >= static_cast<double>(next)) {
            // Near the silent stage the rate is so low that a tiny area is a long time.
            CHECK(std::abs(offsets[next] - t) < (next == 300 ? 2.1 : 0.01));
            ++next;
        }
    }
    CHECK(next == offsets.size());
}

TEST_CASE("arrivals: Poisson starts of a ramp follow the shape of its rate") {
    std::vector<double> all;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        const auto offsets = offsets_s(ArrivalSchedule(scenario::Ramp{{{10s, 40.0}}, scenario::Arrivals::Poisson}, seed), 10'000);
        all.insert(all.end(), offsets.begin(), offsets.end());
    }
    CHECK(std::abs(static_cast<double>(all.size()) - 20'000) < 5 * std::sqrt(20'000.0));
    CHECK(ks_distance(all, [](double t) { return t * t / 100; }) < ks_limit(all.size()));
}

TEST_CASE("arrivals: a closed loop has no schedule") {
    CHECK_FALSE(make_schedule(scenario::Load{}, 1));
    scenario::Load open;
    open.pattern = scenario::OpenLoop{1.0, scenario::Arrivals::Constant};
    CHECK(make_schedule(open, 1));
}

}  // namespace relaybench::load
