#include "scenario/validate.h"

#include <limits>

#include <doctest/doctest.h>

#include "scenario/connect_to.h"

using namespace std::chrono_literals;

namespace relaybench::scenario {

namespace {

Scenario good() {
    Scenario scenario;
    Relay& relay = scenario.relays.emplace_back();
    relay.name = "a";
    relay.embedded = "fast";
    return scenario;
}

std::string only_line(const Scenario& scenario) {
    const auto problems = validate(scenario, {});
    REQUIRE(problems.size() == 1);
    return problem_line("", problems.front());
}

}  // namespace

TEST_CASE("validate: a scenario made from flags with defaults is good") { CHECK(validate(good(), {}).empty()); }

TEST_CASE("validate: ranges are those of the file, without a place") {
    Scenario scenario = good();
    scenario.load.pattern = ClosedLoop{200'000};
    CHECK(only_line(scenario) == "load.streams: 200000 is out of range, expected 1 to 100000");
    scenario.load.pattern = OpenLoop{0, Arrivals::Constant};
    CHECK(only_line(scenario) == "load.rate: 0/s is out of range, expected 0.001/s to 100000/s");
    scenario.load.pattern = OpenLoop{std::numeric_limits<double>::quiet_NaN(), Arrivals::Constant};
    CHECK(validate(scenario, {}).size() == 1);
}

TEST_CASE("validate: durations, counts and stages of the struct are checked") {
    Scenario scenario = good();
    scenario.load.duration = 0s;
    CHECK(only_line(scenario).starts_with("load.duration: "));
    scenario = good();
    scenario.load.count = 0;
    CHECK(only_line(scenario) == "load.count: 0 is out of range, expected 1 to 1000000000");
    scenario = good();
    scenario.load.pattern = Ramp{{{0s, 5.0}}, Arrivals::Constant};
    CHECK(only_line(scenario).starts_with("load.stages[0].duration: "));
    scenario.load.pattern = Ramp{};
    CHECK(only_line(scenario).starts_with("load.stages: no stage has a rate above 0"));
    scenario.load.pattern = Ramp{{{1s, 5.0}}, Arrivals::Constant};
    scenario.load.duration = 3s;
    CHECK(only_line(scenario) == "load.duration: contradicts stages, expected only one of them: a ramp lasts as long as its stages");
}

TEST_CASE("validate: both targets and both key sources contradict each other") {
    Scenario scenario = good();
    scenario.relays[0].url = "https://relay.example/v1";
    CHECK(only_line(scenario).starts_with("relays[0].embedded: contradicts url"));
    scenario.relays[0].embedded.reset();
    scenario.relays[0].key_env = "A";
    scenario.relays[0].key_file = "b";
    CHECK(only_line(scenario).starts_with("relays[0].key_file: contradicts key_env"));
}

TEST_CASE("validate: a key may go over plain HTTP and unverified TLS to this machine") {
    Scenario scenario = good();
    scenario.relays[0].embedded.reset();
    scenario.relays[0].key_env = "A";
    scenario.relays[0].url = "http://127.0.0.1:8088/v1";
    CHECK(validate(scenario, {}).empty());
    scenario.relays[0].url = "https://localhost:8443/v1";
    scenario.relays[0].verify_tls = false;
    CHECK(validate(scenario, {}).empty());
}

TEST_CASE("validate: every gate is put to the caller's check") {
    Scenario scenario = good();
    scenario.gates = {"good", "bad"};
    const auto problems = validate(
        scenario, [](const std::string& gate) { return gate == "bad" ? std::optional<std::string>("no such metric") : std::nullopt; });
    REQUIRE(problems.size() == 1);
    CHECK(problem_line("", problems.front()) == "gates[1]: no such metric");
}

TEST_CASE("validate: too many relays are refused") {
    Scenario scenario = good();
    for (int i = 1; i <= 16; ++i) {
        scenario.relays.push_back(scenario.relays[0]);
        scenario.relays.back().name += std::to_string(i);
    }
    CHECK(only_line(scenario) == "relays: 17 relays are too many, expected at most 16");
}

TEST_CASE("connect-to: is read and written as curl does") {
    for (const char* text : {"a:1:b:2", "::b:", "[::1]:443:[fe80::1]:8443", ":::"}) {
        const auto rule = parse_connect_to(text);
        REQUIRE(rule);
        CHECK(connect_to_text(*rule) == text);
    }
    CHECK_FALSE(parse_connect_to("a:b:c:d"));
    CHECK_FALSE(parse_connect_to("a:1:b"));
    CHECK_FALSE(parse_connect_to("a:0:b:1"));
}

}  // namespace relaybench::scenario
