#include "core/random.h"

#include <array>
#include <cmath>
#include <set>

#include <doctest/doctest.h>

using relaybench::core::Random;

namespace {

constexpr int kDraws = 100'000;

struct Moments {
    double mean = 0;
    double variance = 0;
};

template <class Draw>
Moments moments(Draw draw) {
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
        const double value = draw();
        sum += value;
        squares += value * value;
    }
    const double mean = sum / kDraws;
    return {mean, squares / kDraws - mean * mean};
}

}  // namespace

TEST_CASE("random: the sequence is that of the published xoshiro256++ seeded by SplitMix64") {
    // First numbers of the authors' C code, its state filled with SplitMix64's outputs for seed 0:
    // e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f f88bb8a8724c81ec.
    Random random(0);
    const std::uint64_t expected = [] {
        const std::uint64_t sum = 0xe220a8397b1dcdafULL + 0xf88bb8a8724c81ecULL;
        return ((sum << 23) | (sum >> 41)) + 0xe220a8397b1dcdafULL;
    }();
    CHECK(random.next() == expected);
    CHECK(Random(0).next() == 0x53175d61490b23dfULL);
}

TEST_CASE("random: the same seed gives the same numbers, a fork does not depend on what was drawn") {
    Random a(5);
    Random b(5);
    CHECK(a.next() == b.next());
    CHECK(a.fork(3).next() == Random(5).fork(3).next());
    std::set<std::uint64_t> firsts;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        for (std::uint64_t index = 0; index < 30; ++index) {
            firsts.insert(Random(seed).fork(index).next());
        }
    }
    CHECK(firsts.size() == 900);
}

TEST_CASE("random: uniform numbers lie in 0 to 1 and have its moments") {
    Random random(1);
    const Moments found = moments([&] {
        const double value = random.uniform();
        REQUIRE(value >= 0);
        REQUIRE(value < 1);
        return value;
    });
    CHECK(found.mean == doctest::Approx(0.5).epsilon(0.01));
    CHECK(found.variance == doctest::Approx(1.0 / 12).epsilon(0.02));
}

TEST_CASE("random: below() is uniform over its range, and 0 for an empty one") {
    Random random(2);
    CHECK(random.below(0) == 0);
    CHECK(random.below(1) == 0);
    std::array<int, 7> hits{};
    for (int i = 0; i < kDraws; ++i) {
        ++hits.at(random.below(7));
    }
    double chi_squared = 0;
    for (const int hit : hits) {
        chi_squared += std::pow(hit - kDraws / 7.0, 2) / (kDraws / 7.0);
    }
    CHECK(chi_squared < 22.46);  // 99.9 % of chi squared with 6 degrees of freedom
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE(random.below((std::uint64_t{1} << 63) + 1) <= std::uint64_t{1} << 63);
    }
}

TEST_CASE("random: exponential and normal numbers have their moments") {
    Random random(3);
    CHECK(random.exponential(0) == 0);
    const Moments exponential = moments([&] { return random.exponential(4); });
    CHECK(exponential.mean == doctest::Approx(4).epsilon(0.02));
    CHECK(exponential.variance == doctest::Approx(16).epsilon(0.05));
    const Moments normal = moments([&] { return random.normal(); });
    CHECK(std::fabs(normal.mean) < 0.015);
    CHECK(normal.variance == doctest::Approx(1).epsilon(0.02));
}
