#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "relay/profile_source.h"
#include "relay/ready_profiles.h"

namespace relay = relaybench::relay;
using std::chrono::milliseconds;

TEST_CASE("profile: every ready profile can be read, has its own name and says what it is") {
    for (const relay::ReadyProfile& ready : relay::ready_profiles()) {
        CAPTURE(ready.name);
        const auto profile = relay::read_profile(ready.name);
        REQUIRE_MESSAGE(profile.has_value(), profile.error().message);
        CHECK(profile->name == ready.name);
        CHECK_FALSE(profile->summary.empty());
    }
}

TEST_CASE("profile: every fault is a profile by itself") {
    for (const std::string_view name : relay::fault_names()) {
        const auto profile = relay::read_profile("fault:" + std::string(name));
        REQUIRE(profile.has_value());
        REQUIRE(profile->faults.size() == 1);
        CHECK(relay::info(profile->faults.front().id).name == name);
        CHECK(profile->faults.front().probability == 1.0);
    }
}

TEST_CASE("profile: overrides replace timing, faults and settings") {
    const auto profile = relay::read_profile("fast?ttft=200ms&gap=10ms..20ms&tokens=50&after_finish=keep");
    REQUIRE_MESSAGE(profile.has_value(), profile.error().message);
    CHECK(profile->timing.first_token == relay::DurationSpread::constant(milliseconds(200)));
    CHECK(profile->timing.gap.ns == relay::Spread::uniform(10e6, 20e6));
    CHECK(profile->timing.tokens == relay::CountSpread::constant(50));
    CHECK(profile->after_finish == relay::AfterFinish::Keep);
    const auto fault = relay::read_profile("fault:close-code?close_code=4000&after_tokens=2");
    REQUIRE(fault.has_value());
    CHECK(fault->faults.front().close_code == 4000);
    CHECK(relay::read_profile("guides?gap=1ms")->timing_of("deepseek-v3.2").gap == relay::DurationSpread::constant(milliseconds(1)));
}

TEST_CASE("profile: a model's timing keeps what it does not name") {
    const auto profile = relay::parse_profile("timing: {gap: 3ms, tokens: 9}\nmodels:\n  a: {gap: 4ms}\n", "test");
    REQUIRE(profile.has_value());
    CHECK(profile->timing_of("a").gap == relay::DurationSpread::constant(milliseconds(4)));
    CHECK(profile->timing_of("a").tokens == relay::CountSpread::constant(9));
    CHECK(profile->timing_of("b").gap == relay::DurationSpread::constant(milliseconds(3)));
}

TEST_CASE("profile: all problems of a file are told at once, with their places") {
    const auto profile = relay::parse_profile(
        "timing: {gap: soon, tokens: 0}\nfaults:\n  - {id: rst-mid-steam, probability: 5%}\n  - {id: refuse}\nkeyz: any\n", "my.yaml");
    REQUIRE_FALSE(profile.has_value());
    const std::string& text = profile.error().message;
    CAPTURE(text);
    CHECK(std::count(text.begin(), text.end(), '\n') >= 4);
    CHECK(text.find("my.yaml:1:") != std::string::npos);
    CHECK(text.find("rst-mid-stream") != std::string::npos);
    CHECK(text.find("never strikes") != std::string::npos);
    CHECK(text.find("keyz") != std::string::npos);
}

TEST_CASE("profile: an unknown name is answered with the nearest one") {
    CHECK(relay::read_profile("fats").error().message.find("did you mean \"fast\"?") != std::string::npos);
    CHECK(relay::read_profile("fault:rts-mid-stream").error().message.find("did you mean \"rst-mid-stream\"?") != std::string::npos);
    CHECK(relay::read_profile("fast?tfft=1ms").error().message.find("did you mean \"ttft\"?") != std::string::npos);
    CHECK_FALSE(relay::read_profile("/nonexistent/profile.yaml").has_value());
}
