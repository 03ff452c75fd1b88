#include "stats/hdr_histogram.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "core/random.h"

namespace {

using relaybench::core::Random;
using relaybench::stats::HdrHistogram;

HdrHistogram made(const HdrHistogram::Config& config) { return HdrHistogram::make(config).value(); }

/// Values spread over the magnitudes of the default histogram, as latencies are.
std::vector<std::int64_t> spread_values(Random& random, std::size_t count) {
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(static_cast<std::int64_t>(std::exp(random.uniform() * std::log(3.6e9))));
    }
    return values;
}

HdrHistogram recorded(const std::vector<std::int64_t>& values) {
    HdrHistogram histogram;
    for (const std::int64_t value : values) {
        histogram.record(value);
    }
    return histogram;
}

/// The oracle for the reference's rule, by walking the definition: halve until the value fits the sub-buckets, without any index.
std::int64_t highest_equivalent(std::int64_t value, std::int64_t sub_buckets) {
    std::int64_t step = 1;
    while (value / step >= sub_buckets) {
        step *= 2;
    }
    return value / step * step + step - 1;
}

}  // namespace

TEST_CASE("histogram: an empty one answers 0 everywhere") {
    const HdrHistogram histogram;
    CHECK(histogram.count() == 0);
    CHECK(histogram.min() == 0);
    CHECK(histogram.max() == 0);
    CHECK(histogram.mean() == 0);
    CHECK(histogram.standard_deviation() == 0);
    CHECK(histogram.value_at_quantile(0.5) == 0);
    CHECK(histogram.value_at_quantile(1) == 0);
    CHECK(histogram.value_at_rank(1) == 0);
    CHECK(histogram.count_at_or_below(1'000'000) == 0);
    CHECK(histogram.buckets().empty());
}

TEST_CASE("histogram: the published example of the reference, 10,000 times 1 ms and one of 100 s") {
    // HistogramDataAccessTest of HdrHistogram: 1 … 3.6e9 µs, 3 digits.
    HdrHistogram histogram;
    histogram.record(1'000, 10'000);
    histogram.record(100'000'000);
    CHECK(histogram.count() == 10'001);
    CHECK(histogram.value_at_quantile(0.3) == 1'000);
    CHECK(histogram.value_at_quantile(0.99) == 1'000);
    CHECK(histogram.value_at_quantile(0.9999) == 1'000);
    CHECK(histogram.value_at_quantile(0.99999) == 100'000'000);
    CHECK(histogram.value_at_quantile(1) == 100'000'000);
    const double expected_mean = (1'000.0 * 10'000 + 100'000'000.0) / 10'001;
    CHECK(histogram.mean() == doctest::Approx(expected_mean).epsilon(0.001));
    CHECK(histogram.count_at_or_below(5'000) == 10'000);
    CHECK(histogram.count_at_or_below(100'000'000) == 10'001);
}

TEST_CASE("histogram: every quantile is the bucket bound of the value that a sorted vector has at that rank") {
    Random random(20'240'101);
    for (const std::size_t count : {1U, 2U, 7U, 100U, 3'333U}) {
        std::vector<std::int64_t> values = spread_values(random, count);
        const HdrHistogram histogram = recorded(values);
        std::sort(values.begin(), values.end());
        for (std::size_t rank = 1; rank <= count; ++rank) {
            const std::int64_t expected = std::min(highest_equivalent(values[rank - 1], 2'048), values.back());
            REQUIRE(histogram.value_at_rank(rank) == expected);
        }
        for (const double q : {0.0, 0.001, 0.07, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
            const auto rank = std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(q * static_cast<double>(count) - 1e-9)));
            REQUIRE(histogram.value_at_quantile(q) == histogram.value_at_rank(rank));
        }
        CHECK(histogram.min() == values.front());
        CHECK(histogram.max() == values.back());
    }
}

TEST_CASE("histogram: a rank that binary fractions put slightly above a whole number is that number") {
    HdrHistogram histogram;
    for (std::int64_t value = 1; value <= 100; ++value) {
        histogram.record(value);
    }
    for (int percent = 1; percent <= 100; ++percent) {
        CHECK(histogram.value_at_quantile(percent / 100.0) == percent);
    }
    CHECK(histogram.value_at_quantile(-1) == 1);
    CHECK(histogram.value_at_quantile(2) == 100);
}

TEST_CASE("histogram: no quantile lies above the exact maximum, although buckets reach beyond it") {
    HdrHistogram histogram;
    histogram.record(1'000'000, 100);
    histogram.record(1'000'100);
    REQUIRE(histogram.buckets().front().highest > 1'000'000);
    CHECK(histogram.max() == 1'000'100);
    CHECK(histogram.value_at_quantile(0.999) == 1'000'100);
    CHECK(histogram.value_at_quantile(0.5) <= histogram.max());
}

TEST_CASE("histogram: buckets keep the digits that were asked for, over the whole range") {
    Random random(7);
    for (int digits = 0; digits <= 5; ++digits) {
        HdrHistogram histogram = made({.lowest = 1, .highest = 1'000'000'000'000, .significant_digits = digits});
        for (const std::int64_t value : spread_values(random, 300)) {
            const auto index = histogram.layout().index_of(value);
            REQUIRE(index < histogram.layout().size());
            REQUIRE(histogram.layout().lowest_at(index) <= value);
            REQUIRE(histogram.layout().highest_at(index) >= value);
            const auto width = static_cast<double>(histogram.layout().highest_at(index) - histogram.layout().lowest_at(index));
            REQUIRE(width <= static_cast<double>(value) / std::pow(10.0, digits));
        }
    }
}

TEST_CASE("histogram: neighbouring buckets touch, from the first to the last count") {
    for (const std::int64_t lowest : {1, 3, 1'000}) {
        const HdrHistogram histogram = made({.lowest = lowest, .highest = 5'000'000, .significant_digits = 2});
        std::int64_t next = 0;
        for (std::size_t i = 0; i < histogram.layout().size(); ++i) {
            REQUIRE(histogram.layout().lowest_at(i) == next);
            REQUIRE(histogram.layout().index_of(next) == i);
            REQUIRE(histogram.layout().index_of(histogram.layout().highest_at(i)) == i);
            next = histogram.layout().highest_at(i) + 1;
        }
        CHECK(next > 5'000'000);
        CHECK(next <= 2 * 5'000'000 + 2 * 256 * lowest);
    }
}

TEST_CASE("histogram: the number of counts is that of the reference") {
    // (buckets + 1) · half of the sub-buckets: 22 buckets of 2048 reach 2^32 - 1 > 3.6e9.
    CHECK(HdrHistogram().layout().size() == 23 * 1'024);
    CHECK(made({.lowest = 1, .highest = 2'047, .significant_digits = 3}).layout().size() == 2 * 1'024);
    CHECK(made({.lowest = 1, .highest = 2'048, .significant_digits = 3}).layout().size() == 3 * 1'024);
    CHECK(made({.lowest = 1, .highest = INT64_MAX, .significant_digits = 5}).layout().size() == 47 * 131'072);
}

TEST_CASE("histogram: a value above the highest is counted as the highest and as out of range") {
    HdrHistogram histogram;
    histogram.record(5);
    histogram.record(3'600'000'000);
    CHECK(histogram.out_of_range() == 0);
    histogram.record(3'600'000'001, 2);
    histogram.record(INT64_MAX);
    CHECK(histogram.out_of_range() == 3);
    CHECK(histogram.count() == 5);
    CHECK(histogram.max() == 3'600'000'000);
    CHECK(histogram.value_at_quantile(0.5) == 3'600'000'000);
    CHECK(histogram.count_at_or_below(4) == 0);
    CHECK(histogram.count_at_or_below(INT64_MAX) == 5);
}

TEST_CASE("histogram: mean and deviation are those of bucket middles") {
    HdrHistogram histogram;
    histogram.record(10, 3);
    histogram.record(30);
    CHECK(histogram.mean() == doctest::Approx(15));
    CHECK(histogram.standard_deviation() == doctest::Approx(std::sqrt((3 * 25.0 + 225.0) / 4)));
    HdrHistogram wide;
    wide.record(10'001);  // bucket 10'000 … 10'007
    CHECK(wide.mean() == 10'004);
}

TEST_CASE("histogram: merging shards gives exactly the histogram of all values") {
    Random random(99);
    const std::vector<std::int64_t> values = spread_values(random, 5'000);
    std::vector<HdrHistogram> shards(4);
    for (const std::int64_t value : values) {
        shards[random.below(4)].record(value);
    }
    shards[2].record(INT64_MAX);
    HdrHistogram all = recorded(values);
    all.record(INT64_MAX);
    HdrHistogram merged;
    for (const HdrHistogram& shard : shards) {
        merged.merge(shard);
    }
    merged.merge(HdrHistogram());
    CHECK(merged == all);
    CHECK(merged.out_of_range() == 1);
    HdrHistogram other_way;
    std::for_each(shards.rbegin(), shards.rend(), [&](const HdrHistogram& shard) { other_way.merge(shard); });
    CHECK(other_way == all);
}

TEST_CASE("histogram: after a reset it equals a fresh one and counts anew") {
    HdrHistogram histogram;
    histogram.record(77);
    histogram.record(INT64_MAX);
    CHECK(histogram != HdrHistogram());
    histogram.reset();
    CHECK(histogram == HdrHistogram());
    histogram.record(5);
    CHECK(histogram == recorded({5}));
}

TEST_CASE("histogram: recording a value zero times changes nothing, recording n times counts n") {
    HdrHistogram histogram;
    histogram.record(9, 0);
    CHECK(histogram == HdrHistogram());
    histogram.record(9, 3);
    CHECK(histogram == recorded({9, 9, 9}));
}

TEST_CASE("histogram: configurations that no histogram can have are refused") {
    CHECK_FALSE(HdrHistogram::make({.lowest = 0, .highest = 10, .significant_digits = 3}));
    CHECK_FALSE(HdrHistogram::make({.lowest = -5, .highest = 10, .significant_digits = 3}));
    CHECK_FALSE(HdrHistogram::make({.lowest = 10, .highest = 19, .significant_digits = 3}));
    CHECK_FALSE(HdrHistogram::make({.lowest = 1, .highest = 100, .significant_digits = 6}));
    CHECK_FALSE(HdrHistogram::make({.lowest = 1, .highest = 100, .significant_digits = -1}));
    CHECK_FALSE(HdrHistogram::make({.lowest = INT64_MAX, .highest = INT64_MAX, .significant_digits = 0}));
    CHECK_FALSE(HdrHistogram::make({.lowest = std::int64_t{1} << 52, .highest = INT64_MAX, .significant_digits = 3}));
    CHECK(HdrHistogram::make({.lowest = 10, .highest = 20, .significant_digits = 0}));
    const auto error = HdrHistogram::make({.lowest = 0, .highest = 10, .significant_digits = 3}).error();
    CHECK(error.kind == relaybench::core::ErrorKind::BadInput);
    CHECK(error.message == "histogram of 0 to 10 with 3 digits: expected lowest >= 1, highest >= 2 x lowest, 0 to 5 digits");
}
