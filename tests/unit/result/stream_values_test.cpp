#include "result/stream_values.h"

#include <doctest/doctest.h>

#include "result/stream_collector.h"
#include "support/sample_result.h"

namespace relaybench::result {
namespace {

using namespace std::chrono_literals;

stream::StreamRecord record_number(std::uint64_t arrival) {
    core::Random random(arrival + 1);
    return test::sample_stream(arrival, 1.0, random);
}

StreamSet collected(std::uint64_t streams, std::size_t max_values, std::uint64_t seed = 1) {
    StreamCollector collector(
        {.window_start = core::TimePoint{1h}, .seed = seed, .arms = 2, .max_values = max_values, .max_gap_streams = 100});
    for (std::uint64_t i = 0; i < streams; ++i)
        collector.offer(record_number(i));
    return collector.streams();
}

TEST_CASE("stream values: one record becomes the values of the histograms") {
    auto record = record_number(7);
    record.written = record.started + 3us;
    record.first_token = *record.written + 200ms;
    record.last_token = *record.first_token + 1200ms;
    record.usage_tokens = 61;
    record.outcome = stream::Outcome::Dropped;
    StreamCollector collector({.window_start = record.intended_start - 5s, .arms = 2});
    collector.offer(record);
    const StreamSet set = collector.streams();
    REQUIRE(set.values.size() == 1);
    CHECK(set.values[0].intended_us == 5'000'000);
    CHECK(set.values[0].us[0] == 200'000);
    CHECK(set.values[0].us[2] == StreamValues::kAbsent);
    CHECK(set.values[0].us[3] == StreamValues::kNever);
    CHECK(set.values[0].failed);
}

TEST_CASE("stream values: beyond the bound a uniform sample stays, and both streams of a dealt block stay or go together") {
    const StreamSet set = collected(4000, 2000);
    CHECK(set.values_offered == 4000);
    CHECK(set.values.size() <= 1000);
    CHECK(set.values.size() >= 300);
    for (std::size_t i = 0; i + 1 < set.values.size(); i += 2)
        CHECK(set.values[i].arrival / 2 == set.values[i + 1].arrival / 2);
}

TEST_CASE("stream values: a later part is added later, and the stricter limit holds for both") {
    StreamSet sum;
    append(sum, collected(100, 2000), 0s);
    append(sum, collected(4000, 2000, 2), 60s);
    CHECK(sum.values_offered == 4100);
    CHECK(sum.values_limit < std::numeric_limits<std::uint64_t>::max());
    for (const StreamValues& each : sum.values)
        CHECK(each.ticket <= sum.values_limit);
    CHECK(sum.values.back().intended_us >= 60'000'000);
}

TEST_CASE("gap sample: all gaps up to 64, then evenly thinned ones over the whole stream") {
    stream::GapSample gaps;
    for (int i = 1; i <= 64; ++i)
        gaps.add(std::chrono::microseconds(i));
    CHECK(gaps.values_us().size() == 64);
    for (int i = 65; i <= 1000; ++i)
        gaps.add(std::chrono::microseconds(i));
    CHECK(gaps.seen() == 1000);
    REQUIRE(gaps.values_us().size() >= 32);
    const auto values = gaps.values_us();
    for (std::size_t i = 1; i < values.size(); ++i)
        CHECK(values[i] - values[i - 1] == values[1] - values[0]);
    CHECK(values.back() > 900);
}

}  // namespace
}  // namespace relaybench::result
