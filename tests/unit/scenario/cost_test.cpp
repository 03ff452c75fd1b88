#include "scenario/cost.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>
#include <string>

#include <fmt/format.h>

#include "scenario/price_table.h"

using namespace std::chrono_literals;

namespace relaybench::scenario {

namespace {

Scenario paid(std::initializer_list<const char*> models) {
    Scenario scenario;
    for (const char* model : models) {
        Relay& relay = scenario.relays.emplace_back();
        relay.url = "https://relay.example/v1";
        relay.model = model;
    }
    scenario.prompts.max_tokens = 1000;
    return scenario;
}

}  // namespace

TEST_CASE("prices: those of the guides") {
    CHECK(price_of("gpt-4.1")->usd_per_million_output_tokens == 8.00);
    CHECK(price_of("deepseek-v3.2")->usd_per_million_output_tokens == 0.42);
    CHECK(price_of("claude-sonnet-4-20250514")->usd_per_million_output_tokens ==
          price_of("claude-sonnet-4.5")->usd_per_million_output_tokens);
    CHECK_FALSE(price_of("gpt-5"));
}

TEST_CASE("cost: a count for each of two relays, all at the dearer price") {
    Scenario scenario = paid({"gpt-4.1", "deepseek-v3.2"});
    scenario.load.count = 500;
    const CostBound bound = cost_at_most(scenario);
    CHECK(bound.streams == 1000U);
    CHECK(bound.tokens == 1'000'000U);
    CHECK(bound.usd == 8.00);
}

TEST_CASE("cost: a closed loop that ends by time alone has no bound") {
    const CostBound bound = cost_at_most(paid({"gpt-4.1"}));
    CHECK_FALSE(bound.streams);
    CHECK_FALSE(bound.tokens);
    CHECK_FALSE(bound.usd);
}

TEST_CASE("cost: a closed loop with a count and a warm-up has no bound either, but a budget gives one") {
    Scenario scenario = paid({"gpt-4.1"});
    scenario.load.count = 10;
    scenario.load.warmup = 1s;
    CHECK_FALSE(cost_at_most(scenario).streams);
    scenario.budget.max_streams = 30;
    CHECK(cost_at_most(scenario).streams == 30U);
}

TEST_CASE("cost: of a token budget the open streams may still finish") {
    Scenario scenario = paid({"gpt-4.1"});
    scenario.load.pattern = ClosedLoop{5};
    scenario.budget.max_tokens_total = 20'000;
    CHECK(cost_at_most(scenario).tokens == 25'000U);
}

TEST_CASE("cost: open loops and ramps by their rate and time") {
    Scenario scenario = paid({"gpt-4.1"});
    scenario.load.pattern = OpenLoop{2.5, Arrivals::Constant};
    scenario.load.duration = 3s;
    scenario.load.warmup = 2s;
    CHECK(cost_at_most(scenario).streams == 8U + 5U);
    scenario.relays.push_back(scenario.relays.front());
    CHECK(cost_at_most(scenario).streams == 15U + 10U);
    scenario.relays.pop_back();
    scenario.load.warmup = 0s;
    scenario.load.pattern = Ramp{{{10s, 10.0}, {10s, 10.0}}, Arrivals::Constant};
    CHECK(cost_at_most(scenario).streams == 150U);
    scenario.load.pattern = Ramp{{{20s, 10.0}}, Arrivals::Poisson};
    CHECK(cost_at_most(scenario).streams == 150U);  // 100 and five standard deviations
}

TEST_CASE("cost: an unknown model has no price and is named once; the embedded relay costs nothing") {
    Scenario scenario = paid({"gpt-4.1", "mystery", "mystery"});
    scenario.load.count = 1;
    const CostBound bound = cost_at_most(scenario);
    CHECK(bound.tokens == 3000U);
    CHECK_FALSE(bound.usd);
    CHECK(bound.unpriced_models == std::vector<std::string>{"mystery"});

    scenario.relays.resize(1);
    scenario.relays[0].embedded = "fast";
    CHECK(cost_at_most(scenario).usd == 0.0);
}

TEST_CASE("cost: a price of one's own counts before the table, and prices what the table does not know") {
    Scenario scenario = paid({"gpt-4.1", "mystery"});
    scenario.load.count = 1;
    scenario.relays[0].price = 2.00;
    scenario.relays[1].price = 3.00;
    const CostBound bound = cost_at_most(scenario);
    CHECK(bound.unpriced_models.empty());
    CHECK(bound.usd_per_million == 3.00);
    CHECK(bound.usd == doctest::Approx(0.006));
}

TEST_CASE("prices: the page for users shows the table as it is") {
    std::ifstream file(std::string(RELAYBENCH_SOURCE_DIR) + "/docs/usage.md");
    std::stringstream page;
    page << file.rdbuf();
    std::string rows;
    for (const Price& price : prices()) {
        rows += fmt::format("| `{}` | {:.2f} |\n", price.model, price.usd_per_million_output_tokens);
    }
    CHECK_MESSAGE(page.str().find("|---|---|\n" + rows + "\n") != std::string::npos, rows);
}

TEST_CASE("cost: a data set that asks for more tokens raises the bound") {
    Scenario scenario = paid({"gpt-4.1"});
    scenario.load.count = 10;
    CHECK(cost_at_most(scenario, 5000).tokens == 50'000U);
}

}  // namespace relaybench::scenario
