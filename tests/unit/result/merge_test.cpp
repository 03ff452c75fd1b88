#include "result/merge.h"

#include <doctest/doctest.h>

#include <string>

#include "support/sample_result.h"

namespace core = relaybench::core;
namespace result = relaybench::result;
namespace test = relaybench::test;
using namespace std::chrono_literals;
using relaybench::result::Metric;
using relaybench::result::Timing;

namespace {

result::NamedResult shard(std::uint32_t index, std::uint32_t count, const test::SampleArm& arm = {}) {
    result::RunResult run = test::sample_run(arm);
    run.provenance.shard = result::Shard{index, count};
    return {"shard-" + std::to_string(index) + ".json", std::move(run)};
}

std::string refusal(const std::vector<result::NamedResult>& parts) {
    const auto merged = result::merge_shards(parts);
    return merged ? "merged" : merged.error().message;
}

bool has_warning(const result::RunResult& run, const std::string& code) {
    return std::any_of(run.warnings.begin(), run.warnings.end(), [&](const auto& warning) { return warning.code == code; });
}

}  // namespace

TEST_CASE("merge: names the shard that is missing and the one that is there twice") {
    CHECK(refusal({shard(1, 4), shard(2, 4), shard(4, 4)}) == "shard 3/4 is missing: give the files of all 4 shards");
    CHECK(refusal({shard(2, 3)}) == "shards 1/3, 3/3 are missing: give the files of all 3 shards");
    auto again = shard(2, 2);
    again.name = "copy.json";
    CHECK(refusal({shard(1, 2), shard(2, 2), again}) == "shard 2/2 is there twice: shard-2.json and copy.json");
}

TEST_CASE("merge: of a thousand missing shards a few are named") { CHECK(refusal({shard(1, 1000)}).size() < 200); }

TEST_CASE("merge: refuses what is no shard, and what was merged before") {
    auto whole = shard(1, 2);
    whole.name = "whole.json";
    whole.result.provenance.shard.reset();
    CHECK(refusal({shard(1, 2), whole}) == "whole.json is no shard: it was not played with --shard");
    const auto merged = result::merge_shards({shard(1, 2), shard(2, 2)});
    REQUIRE(merged.has_value());
    CHECK(refusal({{"merged.json", *merged}}) == "merged.json is already merged from 2 shards");
}

TEST_CASE("merge: refuses shards of unlike runs, each in one line that names both files") {
    CHECK(refusal({shard(1, 2), shard(2, 3)}) == "shard-2.json is shard 2/3, shard-1.json is shard 1/2: they are of different runs");
    auto other = shard(2, 2);
    other.result.provenance.seed = 7;
    CHECK(refusal({shard(1, 2), other}) == "shard-2.json was played with seed 7, shard-1.json with seed 1");
    other = shard(2, 2);
    other.result.provenance.scenario_sha256 = "ffff86d081884c7d";
    CHECK(refusal({shard(1, 2), other}).find("shard-2.json is of another scenario than shard-1.json") == 0);
    other = shard(2, 2, {.name = "slow"});
    CHECK(refusal({shard(1, 2), other}) == "shard-2.json has other arms (\"slow\") than shard-1.json (\"fast\")");
}

TEST_CASE("merge: counts add, quantiles come from the sum of buckets and not from quantiles") {
    const auto merged =
        result::merge_shards({shard(1, 2, {.streams = 100, .failures = 2}), shard(2, 2, {.streams = 900, .scale = 3.0, .seed = 2})});
    REQUIRE(merged.has_value());
    const auto& arm = merged->arms[0];
    CHECK(arm.ended() == 1000);
    CHECK(arm.errored() == 6);
    result::Distribution sum = shard(1, 2, {.streams = 100, .failures = 2}).result.arms[0].metric(Metric::Ttft);
    sum.merge(shard(2, 2, {.streams = 900, .scale = 3.0, .seed = 2}).result.arms[0].metric(Metric::Ttft));
    CHECK(arm.metric(Metric::Ttft) == sum);
}

TEST_CASE("merge: provenance lists the shards, and is partial when one of them is") {
    auto cut = shard(2, 2);
    cut.result.provenance.partial = true;
    cut.result.provenance.stop_reason = "interrupted";
    cut.result.provenance.started_at = "2026-11-21T00:00:01Z";
    const auto merged = result::merge_shards({cut, shard(1, 2)});
    REQUIRE(merged.has_value());
    CHECK(merged->provenance.partial);
    CHECK(merged->provenance.stop_reason == "duration over; interrupted");
    CHECK(merged->provenance.started_at == "2026-11-21T00:00:00Z");
    CHECK_FALSE(merged->provenance.shard);
    REQUIRE(merged->provenance.shards.size() == 2);
    CHECK(merged->provenance.shards[0].index == 1);
    CHECK(merged->provenance.shards[1].partial);
    CHECK_FALSE(has_warning(*merged, "shards_apart"));
}

TEST_CASE("merge: shards that did not start together are told of") {
    auto late = shard(2, 2);
    late.result.provenance.started_at = "2026-11-21T00:00:30Z";
    const auto merged = result::merge_shards({shard(1, 2), late});
    REQUIRE(merged.has_value());
    CHECK(has_warning(*merged, "shards_apart"));
}

TEST_CASE("merge: what distorted one shard distorts the sum, however small its part") {
    auto lagging = shard(2, 2);
    lagging.result.audit.saturated = true;
    lagging.result.audit.reasons = {"fast: p99 of our own schedule lag is 1 s"};
    lagging.result.audit.distorted = {Metric::TtftIntended};
    const auto merged = result::merge_shards({shard(1, 2), lagging});
    REQUIRE(merged.has_value());
    CHECK(merged->audit.saturated);
    CHECK(merged->audit.distorted == std::vector{Metric::TtftIntended});
    CHECK(merged->audit.reasons.at(0).find("shard-2.json: ") == 0);
    CHECK(merged->audit.workers.size() == 2);
    CHECK(has_warning(*merged, "saturated"));
}

TEST_CASE("merge: the sample of streams stays bounded, and no larger than the smallest that left something out") {
    const auto merged = result::merge_shards({shard(1, 2, {.streams = 100}), shard(2, 2, {.streams = 300, .seed = 2})});
    REQUIRE(merged.has_value());
    CHECK(merged->arms[0].streams.size() == 5);
    CHECK(merged->arms[0].streams_sampled_of == 400);
}

TEST_CASE("merge: rounds in turn add their windows and put their seconds one after the other") {
    const auto first = shard(1, 2);
    const auto second = shard(2, 2);
    const auto merged = result::merge({first, second}, Timing::InTurn);
    REQUIRE(merged.has_value());
    CHECK(merged->provenance.duration == 2 * first.result.provenance.duration);
    CHECK(merged->audit.peak_open_streams == 58);
    const auto& series = merged->arms[0].series;
    CHECK(series[12].starts == first.result.arms[0].series[0].starts);  // 11.5 s of window: the second round begins in second 12
    CHECK(merged->arms[0].ended() == 800);
}

TEST_CASE("merge: stamp errors add as histograms, and are left out when one of them has none") {
    auto a = shard(1, 2);
    auto b = shard(2, 2);
    result::StampError::Summary known;
    known.count = 1;
    known.histogram_ns =
        relaybench::stats::HdrHistogram::make({.lowest = 1, .highest = 3'600'000'000'000, .significant_digits = 3}).value();
    known.histogram_ns->record(1000);
    a.result.arms[0].stamp_error = result::StampError{known, known};
    b.result.arms[0].stamp_error = a.result.arms[0].stamp_error;
    REQUIRE(result::merge_shards({a, b})->arms[0].stamp_error);
    CHECK(result::merge_shards({a, b})->arms[0].stamp_error->ttft.count == 2);
    b.result.arms[0].stamp_error->ttft.histogram_ns.reset();
    CHECK_FALSE(result::merge_shards({a, b})->arms[0].stamp_error);
}
