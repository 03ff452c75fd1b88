#include "cli/run_flags.h"

#include <doctest/doctest.h>

#include <string>
#include <variant>

namespace relaybench {

using namespace std::chrono_literals;
using cli::ScenarioFlags;

namespace {

scenario::Scenario one_relay() {
    scenario::Scenario scenario;
    scenario::Relay relay;
    relay.embedded = "fast";
    scenario.relays.push_back(relay);
    return scenario;
}

/// The whole error text of flags on a scenario with one relay; empty when they are fine.
std::string problems_of(const ScenarioFlags& flags) {
    auto scenario = one_relay();
    const auto applied = cli::apply_flags(flags, scenario);
    return applied ? "" : applied.error().message;
}

}  // namespace

TEST_CASE("flags: what is absent leaves the scenario as it is") {
    auto scenario = one_relay();
    scenario.seed = 42;
    scenario.load.count = 7;
    scenario.timeouts.idle = 3s;
    REQUIRE(cli::apply_flags({}, scenario));
    CHECK(scenario.seed == 42);
    CHECK(scenario.load.count == 7);
    CHECK(scenario.timeouts.idle == 3s);
    CHECK(scenario.relays[0].name == "fast");
}

TEST_CASE("flags: a count of one's own replaces the scenario's duration") {
    auto scenario = one_relay();
    scenario.load.duration = 10s;
    ScenarioFlags flags;
    flags.count = "100";
    REQUIRE(cli::apply_flags(flags, scenario));
    CHECK(scenario.load.count == 100);
    CHECK_FALSE(scenario.load.duration);
}

TEST_CASE("flags: streams, rate and ramp each choose their pattern") {
    auto scenario = one_relay();
    ScenarioFlags rate;
    rate.rate = "20/s";
    rate.arrivals = "poisson";
    REQUIRE(cli::apply_flags(rate, scenario));
    REQUIRE(std::holds_alternative<scenario::OpenLoop>(scenario.load.pattern));
    CHECK(std::get<scenario::OpenLoop>(scenario.load.pattern).rate_per_s == doctest::Approx(20));
    CHECK(std::get<scenario::OpenLoop>(scenario.load.pattern).arrivals == scenario::Arrivals::Poisson);
    ScenarioFlags ramp;
    ramp.ramp = {"30s:50/s", "1m:100/s"};
    REQUIRE(cli::apply_flags(ramp, scenario));
    CHECK(std::get<scenario::Ramp>(scenario.load.pattern).stages.size() == 2);
}

TEST_CASE("flags: several relays of which all get the flags of a relay") {
    auto scenario = one_relay();
    ScenarioFlags flags;
    flags.relays = {"b=embedded:slow"};
    flags.model = "gpt-4.1";
    flags.headers = {"X-A: 1"};
    REQUIRE(cli::apply_flags(flags, scenario));
    REQUIRE(scenario.relays.size() == 2);
    CHECK(scenario.relays[0].model == "gpt-4.1");
    CHECK(scenario.relays[1].model == "gpt-4.1");
    CHECK(scenario.relays[1].headers.front().value == "1");
}

TEST_CASE("flags: a URL takes the place of a scenario's relay, and everything else of it stays") {
    auto scenario = one_relay();
    scenario.relays[0].name = "fast";
    scenario.relays[0].dialect = wire::Dialect::ChatWs;
    scenario.relays[0].model = "gpt-4.1";
    ScenarioFlags flags;
    flags.url = "wss://relay.example/v1";
    REQUIRE(cli::apply_flags(flags, scenario, cli::RelaysOf::Scenario));
    REQUIRE(scenario.relays.size() == 1);
    CHECK(scenario.relays[0].url == "wss://relay.example/v1");
    CHECK_FALSE(scenario.relays[0].embedded);
    CHECK(scenario.relays[0].dialect == wire::Dialect::ChatWs);
    CHECK(scenario.relays[0].model == "gpt-4.1");
    CHECK(scenario.relays[0].name == "relay.example");
    scenario.relays[0].name = "production";
    flags.url = "wss://staging.example/v1";
    REQUIRE(cli::apply_flags(flags, scenario, cli::RelaysOf::Scenario));
    CHECK(scenario.relays[0].name == "production");
}

TEST_CASE("flags: a scenario's key goes to no host that it was not meant for") {
    auto scenario = one_relay();
    scenario.relays[0].embedded.reset();
    scenario.relays[0].url = "https://old.example/v1";
    scenario.relays[0].key_env = "OLD_KEY";
    ScenarioFlags flags;
    flags.url = "https://new.example/v1";
    auto refused = scenario;
    const auto applied = cli::apply_flags(flags, refused, cli::RelaysOf::Scenario);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().message ==
          "--url: the scenario's key is meant for old.example: say with --key-env or --key-file which one new.example gets");
    flags.key_env = "NEW_KEY";
    auto moved = scenario;
    REQUIRE(cli::apply_flags(flags, moved, cli::RelaysOf::Scenario));
    CHECK(moved.relays[0].key_env == "NEW_KEY");
    ScenarioFlags same_host;
    same_host.url = "https://old.example:8443/v1";
    REQUIRE(cli::apply_flags(same_host, scenario, cli::RelaysOf::Scenario));
    CHECK(scenario.relays[0].key_env == "OLD_KEY");
}

TEST_CASE("flags: a URL cannot take the place of several relays, --relay takes that of all") {
    auto scenario = one_relay();
    scenario.relays.push_back(scenario.relays[0]);
    scenario.relays[0].name = "old";
    scenario.relays[1].name = "new";
    ScenarioFlags flags;
    flags.url = "https://relay.example/v1";
    auto refused = scenario;
    const auto applied = cli::apply_flags(flags, refused, cli::RelaysOf::Scenario);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().message ==
          "--url: takes the place of one relay, and the scenario has 2 (old, new); name all that are meant with --relay");
    ScenarioFlags relays;
    relays.relays = {"a=embedded:slow", "b=embedded:fast"};
    REQUIRE(cli::apply_flags(relays, scenario, cli::RelaysOf::Scenario));
    REQUIRE(scenario.relays.size() == 2);
    CHECK(scenario.relays[0].name == "a");
    CHECK(scenario.relays[1].name == "b");
}

TEST_CASE("flags: patterns exclude each other") {
    ScenarioFlags flags;
    flags.streams = "5";
    flags.rate = "5/s";
    CHECK(problems_of(flags) == "load: -c (closed loop), --rate (open loop) and --ramp exclude each other; give one of them");
}

TEST_CASE("flags: --url does not carry the key of an embedded relay to another host") {
    auto scenario = one_relay();
    scenario.relays[0].key_env = "PROD_KEY";
    ScenarioFlags flags;
    flags.url = "https://other.example/v1";
    auto refused = scenario;
    const auto applied = cli::apply_flags(flags, refused, cli::RelaysOf::Scenario);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().message ==
          "--url: the scenario's key is meant for the embedded relay: say with --key-env or --key-file which one other.example gets");
    flags.key_env = "OTHER_KEY";
    REQUIRE(cli::apply_flags(flags, scenario, cli::RelaysOf::Scenario));
    CHECK(scenario.relays[0].key_env == "OTHER_KEY");
}

TEST_CASE("flags: unknown words name the nearest one") {
    ScenarioFlags flags;
    flags.dialect = "chat-see";
    CHECK(problems_of(flags).rfind("--dialect: unknown \"chat-see\" (did you mean \"chat-sse\"?); want ", 0) == 0);
    ScenarioFlags connections;
    connections.connections = "reus";
    CHECK(problems_of(connections) == "--connections: unknown \"reus\" (did you mean \"reuse\"?); want reuse or fresh");
}

TEST_CASE("flags: every problem is told at once, a line each, with the flag's name") {
    ScenarioFlags flags;
    flags.duration = "10";
    flags.warmup = "soon";
    flags.max_tokens = "many";
    flags.headers = {"no colon"};
    flags.ramp = {"10s"};
    const auto text = problems_of(flags);
    for (const auto* flag : {"-d: ", "--warmup: ", "--max-tokens: ", "--header: ", "--ramp: "}) {
        CAPTURE(flag);
        CHECK(("\n" + text).find("\n" + std::string(flag)) != std::string::npos);
    }
}

}  // namespace relaybench
