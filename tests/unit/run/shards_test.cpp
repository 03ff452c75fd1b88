#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "result/merge.h"
#include "result/result_json.h"
#include "run/start_queue.h"
#include "support/shard_play.h"

namespace relaybench {

using namespace std::chrono_literals;

namespace {

/// As files: what merge gets has been written and read.
result::NamedResult saved(const std::string& name, const result::RunResult& run) {
    auto read = result::from_json(result::to_json(run), name);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return {name, *std::move(read)};
}

result::RunResult merged_shards(const run::RunPlan& plan, std::uint32_t count) {
    std::vector<result::NamedResult> parts;
    for (std::uint32_t index = count; index > 0; --index) {
        parts.push_back(saved("shard-" + std::to_string(index), test::play_shard(plan, index - 1, count)));
    }
    auto merged = result::merge_shards(parts);
    REQUIRE_MESSAGE(merged.has_value(), merged.error().message);
    return *std::move(merged);
}

void check_series(const std::vector<result::SeriesPoint>& a, const std::vector<result::SeriesPoint>& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].second == b[i].second);
        CHECK(a[i].seconds == b[i].seconds);
        CHECK(a[i].starts == b[i].starts);
        CHECK(a[i].completed == b[i].completed);
        CHECK(a[i].failed == b[i].failed);
        CHECK(a[i].open_streams == b[i].open_streams);
        CHECK(a[i].chunks == b[i].chunks);
        CHECK(a[i].ttft_sketch == b[i].ttft_sketch);
        CHECK(a[i].gap_sketch == b[i].gap_sketch);
        CHECK(a[i].ttft_p99 == b[i].ttft_p99);
    }
}

void check_counters(const result::Counters& a, const result::Counters& b) {
    CHECK(a.started == b.started);
    CHECK(a.chunks == b.chunks);
    CHECK(a.coalesced == b.coalesced);
    CHECK(a.stalls == b.stalls);
    CHECK(a.longest_stall == b.longest_stall);
    CHECK(a.body_bytes == b.body_bytes);
    CHECK(a.tokens == b.tokens);
    CHECK(a.kernel_stamped == b.kernel_stamped);
}

/// Everything that is counted, and everything that is taken from counts.
void check_equal(const result::RunResult& merged, const result::RunResult& single) {
    CHECK(merged.kind == single.kind);
    REQUIRE(merged.arms.size() == single.arms.size());
    for (std::size_t i = 0; i < single.arms.size(); ++i) {
        const auto& a = merged.arms[i];
        const auto& b = single.arms[i];
        CHECK(a.name == b.name);
        CHECK(a.outcomes == b.outcomes);
        for (const auto& info : result::metrics()) {
            INFO(info.id);
            CHECK(a.metric(info.metric) == b.metric(info.metric));  // every bucket, never, censored, exact extremes
        }
        check_counters(a.counters, b.counters);
        REQUIRE(a.errors.size() == b.errors.size());
        for (std::size_t e = 0; e < b.errors.size(); ++e) {
            CHECK(a.errors[e].count == b.errors[e].count);
            CHECK(a.errors[e].first_at == b.errors[e].first_at);
        }
        CHECK(a.streams_sampled_of == b.streams_sampled_of);
        REQUIRE(a.streams.size() == b.streams.size());
        for (std::size_t s = 0; s < b.streams.size(); ++s) {
            CHECK(a.streams[s].arrival == b.streams[s].arrival);
            CHECK(a.streams[s].started == b.streams[s].started);
        }
    }
}

}  // namespace

TEST_CASE("shards: four of an open loop, merged, are the single run in every count, bucket, second and sampled stream") {
    for (const auto arrivals : {scenario::Arrivals::Constant, scenario::Arrivals::Poisson}) {
        auto plan = test::numbered_plan(2);
        plan.load.pattern = scenario::OpenLoop{150, arrivals};
        plan.load.duration = 7s;
        plan.load.warmup = 1s;
        const auto single = test::play_shard(plan, 0, 1);
        const auto merged = merged_shards(plan, 4);
        CHECK(single.arms[0].ended() > 900);
        check_equal(merged, single);
        check_series(merged.arms[0].series, single.arms[0].series);
        check_series(merged.arms[1].series, single.arms[1].series);
        CHECK(merged.provenance.duration == single.provenance.duration);
    }
}

TEST_CASE("shards: four of a ramp, merged, are the single run") {
    auto plan = test::numbered_plan(1);
    plan.load.pattern = scenario::Ramp{{{5s, 60}, {5s, 20}}, scenario::Arrivals::Poisson};
    const auto single = test::play_shard(plan, 0, 1);
    const auto merged = merged_shards(plan, 4);
    CHECK(single.arms[0].ended() > 200);
    check_equal(merged, single);
    check_series(merged.arms[0].series, single.arms[0].series);
}

TEST_CASE("shards: four of a closed loop with a count play the same streams; only when each starts is up to its slot") {
    auto plan = test::numbered_plan(1);
    plan.load.pattern = scenario::ClosedLoop{8};
    plan.load.count = 400;
    const auto single = test::play_shard(plan, 0, 1);
    const auto merged = merged_shards(plan, 4);
    CHECK(single.arms[0].ended() == 400);
    CHECK(merged.arms[0].outcomes == single.arms[0].outcomes);
    CHECK(merged.arms[0].streams_sampled_of == 400);
    for (const auto& info : result::metrics()) {
        INFO(info.id);
        CHECK(merged.arms[0].metric(info.metric) == single.arms[0].metric(info.metric));
    }
    check_counters(merged.arms[0].counters, single.arms[0].counters);
}

TEST_CASE("shards: an uneven closed loop of several arms adds up to its streams and its counts exactly") {
    auto plan = test::numbered_plan(3);
    plan.load.pattern = scenario::ClosedLoop{5};
    plan.load.count = 101;
    const auto merged = merged_shards(plan, 4);
    for (const auto& arm : merged.arms) {
        CHECK(arm.ended() == 101);
    }
    CHECK(merged.audit.peak_open_streams == 15);
}

TEST_CASE("shards: need not have equally many workers, every arrival is played once") {
    auto plan = test::numbered_plan(2);
    plan.load.pattern = scenario::OpenLoop{100};
    plan.load.duration = 3s;
    std::multiset<std::uint64_t> arrivals;
    const core::TimePoint begin{1h};
    for (std::uint32_t shard = 0; shard < 3; ++shard) {
        const std::uint32_t workers = shard + 1;
        for (std::uint32_t worker = 0; worker < workers; ++worker) {
            const auto queue = run::make_start_queue(plan, {worker, workers, {shard, 3}}, begin);
            while (!queue->exhausted()) {
                arrivals.insert(queue->pop().arrival);
            }
        }
    }
    REQUIRE(arrivals.size() == 600);
    CHECK(std::set(arrivals.begin(), arrivals.end()).size() == 600);
    CHECK(*arrivals.rbegin() == 599);
}

TEST_CASE("shards: a budget of streams is of all shards together") {
    auto plan = test::numbered_plan(1);
    plan.load.pattern = scenario::ClosedLoop{4};
    plan.load.duration = 1h;
    plan.budget.max_streams = 50;
    CHECK(merged_shards(plan, 4).arms[0].ended() == 50);
    plan.load.pattern = scenario::OpenLoop{20};
    CHECK(merged_shards(plan, 4).arms[0].ended() == 50);
}

}  // namespace relaybench
