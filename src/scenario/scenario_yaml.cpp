#include "scenario/scenario_yaml.h"

#include <utility>

#include "core/file.h"
#include "scenario/node_yaml.h"
#include "scenario/relay_spec.h"
#include "scenario/scenario_fields.h"

namespace relaybench::scenario {

ParseReport parse_scenario(std::string_view yaml, const GateCheck& check_gate) {
    const YamlDocument document = read_yaml(yaml);
    if (!document.root) {
        return ParseReport{.problems = {document.problem.value_or(Problem{})}};
    }
    Inspection inspection{document.root->mark};
    Scenario scenario;
    read_map(scenario, *document.root, scenario_table(), inspection);
    if (document.root->kind != Node::Kind::Map) {
        return ParseReport{.problems = inspection.take_problems()};
    }
    name_relays(scenario.relays);
    validate(scenario, check_gate, inspection);
    if (auto problems = inspection.take_problems(); !problems.empty()) {
        return ParseReport{.problems = std::move(problems)};
    }
    return ParseReport{.scenario = std::move(scenario)};
}

core::Expected<Scenario> read_scenario(std::string_view yaml, std::string_view source, const GateCheck& check_gate) {
    ParseReport report = parse_scenario(yaml, check_gate);
    if (!report.scenario) {
        return tl::unexpected(problems_error(source, report.problems));
    }
    return *std::move(report.scenario);
}

core::Expected<Scenario> read_scenario_file(const std::filesystem::path& path, const GateCheck& check_gate) {
    const auto yaml = core::read_file(path, kMaxYamlBytes);
    if (!yaml) {
        return tl::unexpected(yaml.error());
    }
    return read_scenario(*yaml, path.string(), check_gate);
}

}  // namespace relaybench::scenario
