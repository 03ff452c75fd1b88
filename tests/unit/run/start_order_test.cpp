#include <doctest/doctest.h>

#include <map>
#include <set>
#include <vector>

#include "run/start_queue.h"
#include "support/shard_play.h"

namespace relaybench {

using namespace std::chrono_literals;

namespace {

std::vector<run::Start> starts_of(const run::RunPlan& plan, run::WorkerShare share = {}) {
    const auto queue = run::make_start_queue(plan, share, core::TimePoint{1h});
    std::vector<run::Start> starts;
    while (!queue->exhausted()) {
        starts.push_back(queue->pop());
    }
    return starts;
}

run::RunPlan open_plan(scenario::Order order) {
    auto plan = test::numbered_plan(3);
    plan.load.pattern = scenario::OpenLoop{10};
    plan.load.duration = 2s;
    plan.load.order = order;
    return plan;
}

}  // namespace

TEST_CASE("start order: simultaneous starts every arm at each arrival of one arm's schedule") {
    const auto starts = starts_of(open_plan(scenario::Order::Simultaneous));
    REQUIRE(starts.size() == 60);
    for (std::size_t i = 0; i < starts.size(); i += 3) {
        std::set<std::uint32_t> arms;
        for (std::size_t k = i; k < i + 3; ++k) {
            CHECK(starts[k].intended == starts[i].intended);
            CHECK(starts[k].arrival == k);
            arms.insert(starts[k].arm);
        }
        CHECK(arms.size() == 3);
    }
    CHECK(starts[3].intended - starts[0].intended == 100ms);
}

TEST_CASE("start order: interleaved deals the arms one after the other, at the same rate of each") {
    const auto starts = starts_of(open_plan(scenario::Order::Interleaved));
    REQUIRE(starts.size() == 60);
    std::map<std::uint32_t, int> of_arm;
    for (std::size_t i = 1; i < starts.size(); ++i) {
        CHECK(starts[i].intended > starts[i - 1].intended);
    }
    for (const auto& start : starts) {
        ++of_arm[start.arm];
    }
    CHECK(of_arm == std::map<std::uint32_t, int>{{0, 20}, {1, 20}, {2, 20}});
}

TEST_CASE("start order: workers share simultaneous starts block by block") {
    const auto plan = open_plan(scenario::Order::Simultaneous);
    std::multiset<std::uint64_t> arrivals;
    for (std::uint32_t worker = 0; worker < 2; ++worker) {
        for (const auto& start : starts_of(plan, {worker, 2, {}})) {
            arrivals.insert(start.arrival);
        }
    }
    CHECK(arrivals.size() == 60);
    CHECK(std::set(arrivals.begin(), arrivals.end()).size() == 60);
}

}  // namespace relaybench
