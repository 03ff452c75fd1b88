#include "result/timeline.h"

#include <doctest/doctest.h>

#include <string>

#include "result/series_recorder.h"

namespace core = relaybench::core;
namespace result = relaybench::result;
using namespace std::chrono_literals;
using relaybench::result::LatencySketch;
using relaybench::result::SeriesRecorder;
using relaybench::result::Timeline;
using relaybench::stream::Outcome;

namespace {

const core::TimePoint kOrigin{1h};

}  // namespace

TEST_CASE("timeline: 72 hours fit into 2,000 points, each of which says how many seconds it spans, and no count is lost") {
    SeriesRecorder series(kOrigin);
    constexpr std::uint64_t kSeconds = 72 * 3600;
    for (std::uint64_t second = 0; second < kSeconds; ++second) {
        const auto at = kOrigin + std::chrono::seconds(second);
        series.count_stream(at, at + 1500ms, second % 100 == 0 ? Outcome::Dropped : Outcome::Complete);
        series.record_ttft(at, 10ms);
        series.count_chunk(at);
        series.record_gap(5ms);
    }
    const auto points = series.points();
    CHECK(points.size() <= Timeline::kMaxPoints);
    CHECK(points.size() > Timeline::kMaxPoints / 2);
    std::uint64_t starts = 0;
    std::uint64_t failed = 0;
    std::uint64_t chunks = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(points[i].seconds == 256);
        CHECK(points[i].second == 256 * i);
        starts += points[i].starts;
        failed += points[i].failed;
        chunks += points[i].chunks;
    }
    CHECK(starts == kSeconds);
    CHECK(failed == kSeconds / 100);
    CHECK(chunks == kSeconds);
    CHECK(points.back().open_streams == 0);
    CHECK(points[5].open_streams == 1);
    CHECK(static_cast<double>(points[5].gap_p99->count()) == doctest::Approx(5e6).epsilon(0.035));
}

TEST_CASE("timeline: series of different spans add up, whatever the order") {
    SeriesRecorder brief(kOrigin);
    SeriesRecorder lengthy(kOrigin);
    brief.count_stream(kOrigin + 10s, kOrigin + 11s, Outcome::Complete);
    lengthy.count_stream(kOrigin + 11s, kOrigin + 5000s, Outcome::Complete);
    SeriesRecorder one = brief;
    one.merge(lengthy);
    SeriesRecorder other = lengthy;
    other.merge(brief);
    for (const auto& points : {one.points(), other.points()}) {
        REQUIRE(points.size() == 1251);
        CHECK(points[2].seconds == 4);
        CHECK(points[2].starts == 2);
        CHECK(points[2].completed == 1);
        CHECK(points[2].open_streams == 1);
        CHECK(points.back().completed == 1);
        CHECK(points.back().open_streams == 0);
    }
}

TEST_CASE("timeline: points that were written come back as the same points") {
    SeriesRecorder series(kOrigin);
    for (int i = 0; i < 50; ++i) {
        const auto at = kOrigin + i * 100ms;
        series.count_stream(at, at + i * 70ms, i % 9 == 0 ? Outcome::Cancelled : Outcome::Complete);
        series.record_ttft(at + 10ms, (1 + i) * 1ms);
    }
    Timeline again;
    again.add(series.points());
    const auto before = series.points();
    const auto after = again.points();
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(after[i].open_streams == before[i].open_streams);
        CHECK(after[i].ttft_p99 == before[i].ttft_p99);
        CHECK(after[i].completed == before[i].completed);
    }
}

TEST_CASE("timeline: a quantile whose sketch is not known is left out of the sum, not guessed") {
    result::SeriesPoint old;
    old.starts = 1;
    old.ttft_p50 = 10ms;
    old.ttft_p99 = 20ms;
    Timeline sum;
    sum.add({old});
    sum.at(0).ttft.record(5ms);
    CHECK_FALSE(sum.points()[0].ttft_p50);
    CHECK(sum.points()[0].ttft_sketch.empty());
    CHECK(sum.points()[0].starts == 1);
}

TEST_CASE("latency sketch: its text comes back, and nothing else is accepted") {
    LatencySketch sketch;
    for (const auto latency : {10us, 10us, 700us, 90000us}) {
        sketch.record(latency);
    }
    const auto again = LatencySketch::from_text(sketch.text());
    REQUIRE(again);
    CHECK(*again == sketch);
    CHECK(again->quantile(0.5) == sketch.quantile(0.5));
    for (const std::string bad : {" ", "1 1", "2 1", "960", "1:0", "1:", ":1", "-1", "1 ", "x", "1:99999999999999999999"}) {
        CHECK_MESSAGE(!LatencySketch::from_text(bad), bad);
    }
}
