#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "relay/spread.h"

namespace relay = relaybench::relay;
using relaybench::core::Random;
using std::chrono::milliseconds;

TEST_CASE("spread: a log-normal spread has the median and the 99th percentile that it was given") {
    Random random(1);
    const relay::DurationSpread spread{relay::Spread::log_normal(40e6, 120e6)};
    std::vector<double> ms;
    constexpr std::size_t kSamples = 200'000;
    for (std::size_t i = 0; i < kSamples; ++i) {
        ms.push_back(std::chrono::duration<double, std::milli>(spread.sample(random)).count());
    }
    std::sort(ms.begin(), ms.end());
    CHECK(ms[kSamples / 2] == doctest::Approx(40).epsilon(0.01));
    CHECK(ms[kSamples / 100 * 99] == doctest::Approx(120).epsilon(0.02));
}

TEST_CASE("spread: uniform stays in its bounds, constant is constant, counts are at least one") {
    Random random(2);
    const relay::DurationSpread spread{relay::Spread::uniform(1e6, 3e6)};
    for (int i = 0; i < 1000; ++i) {
        const auto value = spread.sample(random);
        CHECK(value >= milliseconds(1));
        CHECK(value <= milliseconds(3));
    }
    CHECK(relay::DurationSpread::constant(milliseconds(7)).sample(random) == milliseconds(7));
    CHECK(relay::CountSpread{relay::Spread::constant(0)}.sample(random) == 1);
}

TEST_CASE("spread: the three forms are read and written") {
    for (const char* text : {"50ms", "20ms..80ms", "40ms/120ms", "0ms"}) {
        const auto spread = relay::parse_duration_spread(text);
        REQUIRE(spread.has_value());
        CHECK(relay::parse_duration_spread(relay::spread_text(*spread)) == *spread);
    }
    CHECK(relay::parse_count_spread("5..10")->count == relay::Spread::uniform(5, 10));
    CHECK(relay::parse_count_spread("100/400")->count == relay::Spread::log_normal(100, 400));
}

TEST_CASE("spread: what cannot be meant is refused with what would be accepted") {
    for (const char* text : {"", "50", "80ms..20ms", "0ms/5ms", "5ms/", "a..b", "-1ms"}) {
        CAPTURE(text);
        CHECK_FALSE(relay::parse_duration_spread(text).has_value());
    }
    CHECK_FALSE(relay::parse_count_spread("0").has_value());
    CHECK(relay::parse_duration_spread("80ms..20ms").error().message == "\"80ms..20ms\": the second value must not be below the first");
}
