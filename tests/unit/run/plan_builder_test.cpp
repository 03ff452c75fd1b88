#include "run/plan_builder.h"

#include <doctest/doctest.h>

namespace relaybench {

namespace {

wire::Url url(const char* text) { return wire::parse_url(text).value(); }

}  // namespace

TEST_CASE("plan: --connect-to sends matching connections elsewhere, the first rule that matches wins") {
    const std::vector<scenario::ConnectTo> rules{
        {"other.example", 443, "10.0.0.1", 1}, {"relay.example", {}, "127.0.0.1", 8088}, {"", {}, "127.0.0.2", {}}};
    CHECK(run::destination_of(url("https://relay.example/v1"), rules).host == "127.0.0.1");
    CHECK(run::destination_of(url("https://relay.example/v1"), rules).port == 8088);
    CHECK(run::destination_of(url("https://third.example/v1"), rules).host == "127.0.0.2");
    CHECK(run::destination_of(url("https://third.example/v1"), rules).port == 443);
    CHECK(run::destination_of(url("https://third.example/v1"), {}).host == "third.example");
}

TEST_CASE("plan: names are for SNI and Host, addresses for the connection; a request for each prompt") {
    scenario::Scenario scenario;
    scenario::Relay relay;
    relay.name = "a";
    relay.model = "gpt-4.1";
    relay.verify_tls = false;
    scenario.relays.push_back(relay);
    wire::Prompt prompt;
    prompt.text = "hi";
    run::RelayAccess access{url("https://relay.example:8443/v1"), core::Secret("sk-abcdefghijklmnop"), "127.0.0.1", 9443,
                            "https://relay.example:8443/v1"};
    const auto plan = run::make_plan(scenario, {access}, {prompt, prompt, prompt});
    REQUIRE(plan);
    const auto& arm = plan->arms.at(0);
    CHECK(arm.requests.size() == 3);
    CHECK(arm.requests[0].body.find("gpt-4.1") != std::string::npos);
    CHECK(arm.target.host == "relay.example");
    CHECK(arm.target.authority == "relay.example:8443");
    CHECK(arm.target.address == "127.0.0.1");
    CHECK(arm.target.port == 9443);
    CHECK(arm.target.tls);
    CHECK_FALSE(arm.target.verify_peer);
    CHECK(arm.settings.secrets.size() == 1);
}

}  // namespace relaybench
