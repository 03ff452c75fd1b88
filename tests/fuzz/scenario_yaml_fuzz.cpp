#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenario/canonical_json.h"
#include "scenario/relay_spec.h"
#include "scenario/scenario_yaml.h"
#include "scenario/validate.h"

namespace {

void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

}  // namespace

/// Any bytes give either a scenario that validates or problems of one line each, and nothing throws.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace scenario = relaybench::scenario;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const scenario::ParseReport report = scenario::parse_scenario(text, {});
    require(report.scenario.has_value() == report.problems.empty());
    for (const scenario::Problem& problem : report.problems) {
        require(!problem.message.empty());
        require(scenario::problem_line("f", problem).find('\n') == std::string::npos);
    }
    if (report.scenario) {
        require(scenario::validate(*report.scenario, {}).empty());
        require(!scenario::canonical_json(*report.scenario).empty());
    }
    static_cast<void>(scenario::parse_relay_spec(text));
    return 0;
}
