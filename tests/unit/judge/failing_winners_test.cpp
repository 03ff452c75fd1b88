#include "judge/failing_winners.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "core/random.h"
#include "judge/compare.h"

namespace relaybench {

using judge::ComparisonFinding;
using result::Metric;

namespace {

/// Streams of which the first `failed` break after their first token: they have a ttft, and no end.
result::ArmResult arm_that_breaks(const std::string& name, double ttft_ms, std::uint64_t streams, std::uint64_t failed,
                                  std::uint64_t seed) {
    core::Random random(seed);
    result::ArmRecorder recorder({.window_start = core::TimePoint{std::chrono::hours(1)}});
    for (std::uint64_t i = 0; i < streams; ++i) {
        const auto after = [&](double ms) {
            return std::chrono::microseconds(static_cast<std::int64_t>(1000 * ms * (1 + 0.1 * random.normal())));
        };
        stream::StreamRecord record;
        record.arrival = i;
        record.intended_start = core::TimePoint{std::chrono::hours(1)} + std::chrono::milliseconds(10 * i);
        record.started = record.intended_start;
        record.connected = record.started;
        record.written = record.started;
        record.head = *record.written + after(ttft_ms / 2);
        record.first_token = *record.written + after(ttft_ms);
        record.last_token = *record.first_token + after(500);
        record.ended = *record.last_token;
        record.chunks = 20;
        record.outcome = i < failed ? stream::Outcome::Dropped : stream::Outcome::Complete;
        recorder.record(record);
    }
    return recorder.finish({name, "embedded:" + name, "chat-sse", "m"});
}

struct Shares {
    std::uint64_t base_failed;
    std::uint64_t other_failed;
};

/// The other arm answers in half the time; 500 streams each.
result::ArmComparison compared(const Shares& shares) {
    result::RunResult run;
    run.arms = {arm_that_breaks("steady", 100, 500, shares.base_failed, 1), arm_that_breaks("hasty", 50, 500, shares.other_failed, 2)};
    return judge::compare_arms(run).front();
}

const judge::QuantileComparison& ttft_row(const result::ArmComparison& comparison, double q) {
    return *std::find_if(comparison.quantiles.begin(), comparison.quantiles.end(),
                         [q](const auto& row) { return row.metric == Metric::Ttft && row.quantile == q; });
}

std::string words_of(const result::ArmComparison& comparison, double q) {
    return judge::verdict_words(ttft_row(comparison, q), comparison.errors, "hasty");
}

}  // namespace

TEST_CASE("failing winners: without failures the faster arm is called faster") {
    CHECK(ttft_row(compared({0, 0}), 0.5).finding == ComparisonFinding::Faster);
    CHECK(words_of(compared({0, 0}), 0.5).find("fails") == std::string::npos);
}

TEST_CASE("failing winners: an arm of which no stream completed is better in no row, whatever the other one does") {
    for (const std::uint64_t base_failed : {0U, 250U, 500U}) {
        const auto comparison = compared({base_failed, 500});
        for (const auto& row : comparison.quantiles) {
            CHECK(row.finding != ComparisonFinding::Faster);
        }
        CHECK(words_of(comparison, 0.5) == "not called faster: hasty fails too often");
    }
}

TEST_CASE("failing winners: the first arm cannot win by failing either") {
    result::RunResult run;
    run.arms = {arm_that_breaks("hasty", 50, 500, 500, 1), arm_that_breaks("steady", 100, 500, 0, 2)};
    const auto comparison = judge::compare_arms(run).front();
    for (const auto& row : comparison.quantiles) {
        CHECK(row.finding != ComparisonFinding::Slower);
    }
    CHECK(judge::verdict_words(ttft_row(comparison, 0.5), comparison.errors, "steady") ==
          "steady not called slower: the other arm fails too often");
}

TEST_CASE("failing winners: with some failures the quantiles above them stand, and who fails more is said beside them") {
    const auto half = compared({0, 260});
    for (const double q : {0.5, 0.9, 0.99}) {
        CHECK(ttft_row(half, q).finding == ComparisonFinding::FailsTooOften);
    }
    const auto some = compared({0, 60});
    CHECK(ttft_row(some, 0.5).finding == ComparisonFinding::Faster);
    CHECK(words_of(some, 0.5).ends_with("), but fails more"));
    CHECK(ttft_row(some, 0.9).finding == ComparisonFinding::FailsTooOften);
    CHECK(words_of(some, 0.9) == "not called faster: hasty fails too often");
}

TEST_CASE("failing winners: arms that fail alike are compared by what they answer") {
    CHECK(ttft_row(compared({300, 300}), 0.5).finding == ComparisonFinding::Faster);
    CHECK(ttft_row(compared({300, 420}), 0.5).finding == ComparisonFinding::FailsTooOften);
}

TEST_CASE("failing winners: an arm that fails more and is slower stays slower") {
    result::RunResult run;
    run.arms = {arm_that_breaks("steady", 50, 500, 0, 1), arm_that_breaks("bad", 100, 500, 500, 2)};
    CHECK(ttft_row(judge::compare_arms(run).front(), 0.5).finding == ComparisonFinding::Slower);
}

}  // namespace relaybench
