#include "cli/doctor_keys.h"

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace cli = relaybench::cli;
namespace core = relaybench::core;
namespace doctor = relaybench::doctor;
namespace scenario = relaybench::scenario;

namespace {

const std::string kKey = "hs_live_0123456789abcdefABCDEF0123456789";

/// Names of the places that were found, those that lie beside in brackets.
std::string places(const scenario::Relay& relay, const scenario::Relay& configured, const std::map<std::string, std::string>& variables) {
    const core::ManualClock clock;
    std::ostringstream out;
    const cli::Context context{
        .clock = clock, .out = out, .err = out, .out_traits = {}, .err_traits = {}, .environment = [&variables](const std::string& name) {
            const auto at = variables.find(name);
            return at == variables.end() ? std::nullopt : std::optional(at->second);
        }};
    const auto sources = cli::key_sources({relay, configured, "api.holysheep.ai"}, context);
    REQUIRE(sources);
    std::string text;
    for (const auto& source : *sources) {
        const bool beside = source.role == doctor::KeySource::Role::Beside;
        const std::string name = source.name.substr(source.name.rfind(' ') + 1);
        text += (text.empty() ? "" : " ") + (beside ? "(" + name + ")" : name);
    }
    return text;
}

scenario::Relay with_key_env(std::string name) {
    scenario::Relay relay;
    relay.key_env = std::move(name);
    return relay;
}

}  // namespace

TEST_CASE("keys: what a flag names is used, even when it is empty; what else is set lies beside") {
    CHECK(places(with_key_env("MINE"), {}, {{"MINE", kKey}}) == "MINE");
    CHECK(places(with_key_env("MINE"), {}, {{"RELAY_API_KEY", kKey}}) == "MINE (RELAY_API_KEY)");
    CHECK(places(with_key_env("MINE"), with_key_env("THEIRS"), {{"THEIRS", kKey}}) == "MINE (THEIRS)");
}

TEST_CASE("keys: without a flag the usual variables are read, the first one that is set") {
    CHECK(places({}, {}, {{"RELAY_API_KEY", kKey}}) == "RELAY_API_KEY");
    CHECK(places({}, {}, {{"RELAY_API_KEY", kKey}, {"RELAYBENCH_API_KEY", kKey}}) == "RELAYBENCH_API_KEY (RELAY_API_KEY)");
    CHECK(places({}, {}, {}).empty());
    CHECK(places({}, {}, {{"HOLYSHEEP_API_KEY", kKey}}) == "(HOLYSHEEP_API_KEY)");
}

TEST_CASE("keys: another provider's key in its own variable is nobody's rival") {
    CHECK(places({}, {}, {{"RELAY_API_KEY", kKey}, {"OPENAI_API_KEY", "sk-proj-abcdefghijklmnop"}}) == "RELAY_API_KEY");
    CHECK(places({}, {}, {{"RELAY_API_KEY", kKey}, {"OPENAI_API_KEY", kKey}}) == "RELAY_API_KEY (OPENAI_API_KEY)");
}

TEST_CASE("keys: a .env file is read as its loaders do") {
    const std::string text = "# KEY=no\nOTHER=1\nexport KEY=\"first\"\nKEY='second value'\nKEYS=third\n";
    CHECK(cli::value_in_env_file(text, "KEY") == "second value");
    CHECK(cli::value_in_env_file(text, "OTHER") == "1");
    CHECK(cli::value_in_env_file("KEY=\r\n", "KEY") == "");
    CHECK_FALSE(cli::value_in_env_file(text, "NONE"));
}
