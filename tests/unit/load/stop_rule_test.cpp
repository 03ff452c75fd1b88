#include "load/stop_rule.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace relaybench::load {

namespace {

scenario::Scenario two_relays() {
    scenario::Scenario scenario;
    scenario.relays.resize(2);
    return scenario;
}

}  // namespace

TEST_CASE("stop rule: without duration and count the run lasts the default of ten seconds") {
    const StopRule rule(two_relays());
    CHECK_FALSE(rule.judge({.elapsed = 10s - 1ns}));
    const auto stop = rule.judge({.elapsed = 10s});
    REQUIRE(stop);
    CHECK(stop->cause == StopCause::Duration);
    CHECK(stop->reason == "duration of 10s is over");
}

TEST_CASE("stop rule: the warm-up comes before the duration") {
    auto scenario = two_relays();
    scenario.load.duration = 30s;
    scenario.load.warmup = 5s;
    const StopRule rule(scenario);
    CHECK_FALSE(rule.judge({.elapsed = 34s}));
    CHECK(rule.judge({.elapsed = 35s})->reason == "duration of 30s is over");
    CHECK(rule.last_start() == 35s);
}

TEST_CASE("stop rule: a count alone ends the run, for each arm, warm-up excluded, and time does not") {
    auto scenario = two_relays();
    scenario.load.count = 100;
    const StopRule rule(scenario);
    CHECK_FALSE(rule.last_start());
    CHECK(rule.total_count() == 200);
    CHECK_FALSE(rule.judge({.elapsed = 24h, .started_in_warmup = 500, .started_in_window = 199}));
    const auto stop = rule.judge({.started_in_window = 200});
    REQUIRE(stop);
    CHECK(stop->cause == StopCause::Count);
    CHECK(stop->reason == "all 200 streams are started");
}

TEST_CASE("stop rule: of duration and count the first ends the run") {
    auto scenario = two_relays();
    scenario.load.count = 100;
    scenario.load.duration = 1s;
    const StopRule rule(scenario);
    CHECK(rule.judge({.elapsed = 1s, .started_in_window = 3})->cause == StopCause::Duration);
    CHECK(rule.judge({.elapsed = 1ms, .started_in_window = 200})->cause == StopCause::Count);
}

TEST_CASE("stop rule: a ramp ends with its stages") {
    auto scenario = two_relays();
    scenario.load.pattern = scenario::Ramp{{{10s, 5.0}, {1500ms, 5.0}}, scenario::Arrivals::Constant};
    const StopRule rule(scenario);
    CHECK_FALSE(rule.judge({.elapsed = 11s}));
    CHECK(rule.judge({.elapsed = 11500ms})->reason == "duration of 11.5s is over");
}

TEST_CASE("stop rule: budgets stop a run at once, and count the warm-up") {
    auto scenario = two_relays();
    scenario.budget.max_tokens_total = 1000;
    scenario.budget.max_streams = 10;
    const StopRule rule(scenario);
    CHECK_FALSE(rule.judge({.started_in_warmup = 5, .started_in_window = 4, .tokens = 999}));
    CHECK(rule.judge({.tokens = 1000})->reason == "budget of 1000 tokens is used up");
    const auto stop = rule.judge({.started_in_warmup = 5, .started_in_window = 5});
    REQUIRE(stop);
    CHECK(stop->cause == StopCause::StreamBudget);
    CHECK(stop->reason == "budget of 10 streams is used up");
}

}  // namespace relaybench::load
