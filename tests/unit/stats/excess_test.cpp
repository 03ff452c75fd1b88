#include "stats/excess.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

using relaybench::stats::shows_excess;

namespace {

/// P(X ≥ hits) from all terms below, by Pascal's rule on doubles.
double brute_tail(std::uint64_t hits, std::uint64_t count, double share) {
    double below = 0;
    double term = std::pow(1 - share, static_cast<double>(count));
    for (std::uint64_t k = 0; k < hits; ++k) {
        below += term;
        term *= static_cast<double>(count - k) / static_cast<double>(k + 1) * share / (1 - share);
    }
    return 1 - below;
}

}  // namespace

TEST_CASE("excess: one late value of twenty shows nothing about 1 %, two of twenty do") {
    CHECK_FALSE(shows_excess(0, 20, 0.01));
    CHECK_FALSE(shows_excess(1, 20, 0.01));
    CHECK(shows_excess(2, 20, 0.01));
    CHECK(shows_excess(1, 1, 0.01));
    CHECK_FALSE(shows_excess(0, 0, 0.01));
}

TEST_CASE("excess: the same as by summing all terms") {
    for (const std::uint64_t count : {3U, 50U, 300U, 2'000U}) {
        for (std::uint64_t hits = 1; hits <= count && hits < 60; ++hits) {
            CAPTURE(count);
            CAPTURE(hits);
            CHECK(shows_excess(hits, count, 0.01) == (brute_tail(hits, count, 0.01) < 0.05));
        }
    }
}

TEST_CASE("excess: of many values a share just above the limit is enough") {
    CHECK_FALSE(shows_excess(100'100, 10'000'000, 0.01));
    CHECK(shows_excess(100'600, 10'000'000, 0.01));
    CHECK(shows_excess(9'000'000, 10'000'000, 0.01));
}
