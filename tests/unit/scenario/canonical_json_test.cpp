#include "scenario/canonical_json.h"

#include <doctest/doctest.h>

#include "scenario/scenario_yaml.h"
#include "scenario/sha256.h"

namespace relaybench::scenario {

TEST_CASE("sha256: the examples of FIPS 180") {
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("canonical scenario: two ways to write the same give the same bytes and sum") {
    const auto one = read_scenario("relays: [embedded:fast]\nload: {streams: 10}\nseed: 1\n", "a", {});
    const auto two = read_scenario("load:\n  drain: 10000ms\nrelays:\n  - {name: fast, embedded: fast}\n", "b", {});
    REQUIRE(one);
    REQUIRE(two);
    CHECK(canonical_json(*one) == canonical_json(*two));
    CHECK(scenario_sha256(*one).value() == scenario_sha256(*two).value());
    CHECK(scenario_sha256(*one)->size() == 64);
}

TEST_CASE("canonical scenario: anything that changes the run changes the sum") {
    Scenario scenario;
    scenario.relays.resize(1);
    const std::string before = scenario_sha256(scenario).value();
    const auto changed = [&](auto change) {
        Scenario other = scenario;
        change(other);
        return scenario_sha256(other).value() != before;
    };
    CHECK(changed([](Scenario& s) { s.seed = 2; }));
    CHECK(changed([](Scenario& s) { s.relays[0].model = "x"; }));
    CHECK(changed([](Scenario& s) { s.load.pattern = OpenLoop{}; }));
    CHECK(changed([](Scenario& s) { s.timeouts.idle += core::Duration{1}; }));
    CHECK(changed([](Scenario& s) { s.gates.emplace_back("x"); }));
    CHECK(changed([](Scenario& s) { s.relays[0].connect_to.emplace_back(); }));
}

TEST_CASE("canonical scenario: headers that look like secrets are hidden, bytes that are no UTF-8 do not throw") {
    Scenario scenario;
    scenario.relays.resize(1);
    scenario.relays[0].headers = {{"X-Session-Token", "verysecret"}, {"X-Tenant", "seven"}};
    scenario.name = "\xff";
    const std::string json = canonical_json(scenario);
    CHECK(json.find("verysecret") == std::string::npos);
    CHECK(json.find("seven") != std::string::npos);
}

}  // namespace relaybench::scenario
