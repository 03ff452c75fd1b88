#include "scenario/schema_json.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "core/file.h"
#include "scenario/ready.h"
#include "scenario/scenario_fields.h"

namespace relaybench::scenario {

namespace {

const std::filesystem::path kFolder = std::filesystem::path(RELAYBENCH_SOURCE_DIR) / "scenarios";

/// Every key, at any depth, must stand in `document` with its meaning.
void check_documented(const ValueShape& shape, const std::string& document) {
    for (const FieldShape& field : shape.fields) {
        CAPTURE(field.name);
        CHECK(document.find("| `" + field.name + "` |") != std::string::npos);
        CHECK(document.find("| " + field.doc + " |") != std::string::npos);
        check_documented(field.value, document);
    }
    for (const ValueShape& part : shape.parts) {
        check_documented(part, document);
    }
}

}  // namespace

TEST_CASE("schema: scenarios/schema.json is what the parser's tables print (RELAYBENCH_REGENERATE=1 writes it anew)") {
    constexpr std::size_t kMaxBytes = 1U << 20U;
    if (std::getenv("RELAYBENCH_REGENERATE") != nullptr) {
        REQUIRE(core::write_file_atomically(kFolder / "schema.json", scenario_schema()));
    }
    const auto checked_in = core::read_file(kFolder / "schema.json", kMaxBytes);
    REQUIRE(checked_in);
    CHECK(*checked_in == scenario_schema());
}

TEST_CASE("docs: docs/scenarios.md names every key with the words of the schema") {
    constexpr std::size_t kMaxBytes = 1U << 20U;
    const auto document = core::read_file(kFolder.parent_path() / "docs/scenarios.md", kMaxBytes);
    REQUIRE(document);
    check_documented(map_shape(scenario_table()), *document);
}

TEST_CASE("ready scenarios: every file of scenarios/ is in the program, is valid, and opens with its question") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        files += entry.path().extension() == ".yaml" ? 1 : 0;
    }
    CHECK(ready_scenarios().size() == files);
    for (const ReadyScenario& ready : ready_scenarios()) {
        CAPTURE(ready.name);
        const auto scenario = find_scenario(std::string(ready.name), {});
        REQUIRE_MESSAGE(scenario, (scenario ? "" : scenario.error().message));
        CHECK(scenario->name == ready.name);
        CHECK(ready.yaml.starts_with("# " + scenario->question + "\n# yaml-language-server: $schema=schema.json\n"));
    }
}

TEST_CASE("ready scenarios: those that were promised are there, and only one needs a key") {
    for (const char* name : {"smoke", "steady-sse", "steady-ws", "ramp", "guides-models", "burst", "real-relay"}) {
        const auto scenario = find_scenario(name, {});
        REQUIRE(scenario);
        CHECK(scenario->needs_key == (std::string_view(name) == "real-relay"));
    }
}

TEST_CASE("ready scenarios: a path wins over a name, and an unknown word is told the nearest") {
    const auto folder = std::filesystem::temp_directory_path() / ("relaybench-ready-" + std::to_string(std::rand()));
    std::filesystem::create_directory(folder);
    const std::string path = (folder / "smoke").string();
    std::ofstream(path) << "name: mine\nrelays: [embedded]\n";
    CHECK(find_scenario(path, {})->name == "mine");
    std::filesystem::remove_all(folder);

    const auto unknown = find_scenario("smoek", {});
    REQUIRE_FALSE(unknown);
    CHECK(
        unknown.error().message ==
        "\"smoek\" is neither a file nor a ready scenario, expected a path or burst, guides-models, ramp, real-relay, smoke, steady-sse or "
        "steady-ws (did you mean \"smoke\"?)");
}

}  // namespace relaybench::scenario
