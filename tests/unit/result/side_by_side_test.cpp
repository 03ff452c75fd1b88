#include "result/side_by_side.h"

#include <doctest/doctest.h>

#include "support/sample_result.h"

namespace relaybench::result {
namespace {

NamedResult named(const std::string& name, const test::SampleArm& arm) { return {name, test::sample_run(arm)}; }

TEST_CASE("side by side: arms of two results stand apart, each with the window that it was measured in") {
    std::vector<NamedResult> parts{named("results/a.json", {.name = "a"}), named("results/b.json", {.name = "b"})};
    parts[1].result.provenance.duration = std::chrono::seconds(5);
    parts[1].result.audit.saturated = true;
    parts[1].result.audit.reasons = {"slow"};
    const auto all = side_by_side(parts, Unlike::Refused);
    REQUIRE(all.has_value());
    REQUIRE(all->arms.size() == 2);
    CHECK(all->pairing == Pairing::Apart);
    CHECK(all->window_of(all->arms[0]) == std::chrono::milliseconds(11'500));
    CHECK(all->window_of(all->arms[1]) == std::chrono::seconds(5));
    CHECK(all->audit.saturated);
    CHECK(all->audit.reasons == std::vector<std::string>{"b: slow"});
}

TEST_CASE("side by side: arms of the same name are called after their files") {
    const auto all = side_by_side({named("x/monday.json", {}), named("y/tuesday.json", {}), named("z/tuesday.json", {})}, Unlike::Refused);
    REQUIRE(all.has_value());
    CHECK(all->arms[0].name == "monday");
    CHECK(all->arms[1].name == "tuesday");
    CHECK(all->arms[2].name == "tuesday-2");
}

TEST_CASE("side by side: what was not measured alike is refused by name, or noted when that is wanted") {
    std::vector<NamedResult> parts{named("a.json", {.name = "a"}), named("b.json", {.name = "b"})};
    parts[1].result.provenance.load = "closed loop, 5 streams";
    parts[1].result.provenance.prompts_sha256 = "other";
    parts[1].result.arms[0].dialect = "stream-ws";
    const auto refused = side_by_side(parts, Unlike::Refused);
    REQUIRE_FALSE(refused.has_value());
    for (const char* word : {"load (\"open loop, 40/s, 10s\" in a.json, \"closed loop, 5 streams\" in b.json)", "dialect (\"chat-sse\"",
                             "prompts of a.json and b.json", "--force"}) {
        CHECK_MESSAGE(refused.error().message.find(word) != std::string::npos, word);
    }
    const auto noted = side_by_side(parts, Unlike::Noted);
    REQUIRE(noted.has_value());
    CHECK(noted->warnings.back().code == "unlike_runs");
    CHECK(side_by_side(parts, Unlike::Intended)->warnings.empty());
}

}  // namespace
}  // namespace relaybench::result
