#include "scenario/ready.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::scenario {

core::Expected<Scenario> find_scenario(const std::string& path_or_name, const GateCheck& check_gate) {
    constexpr std::size_t kShownBytes = 80;
    std::error_code ignored;  // a path that cannot be looked at is no file
    if (std::filesystem::exists(path_or_name, ignored)) {
        return read_scenario_file(path_or_name, check_gate);
    }
    std::vector<std::string_view> known;
    for (const ReadyScenario& ready : ready_scenarios()) {
        if (ready.name == path_or_name) {
            return read_scenario(ready.yaml, fmt::format("scenarios/{}.yaml", ready.name), check_gate);
        }
        known.push_back(ready.name);
    }
    return core::bad_input(fmt::format("\"{}\" is neither a file nor a ready scenario, expected a path or {}{}",
                                       core::printable(path_or_name, kShownBytes), core::listed(known),
                                       core::did_you_mean(path_or_name, known)));
}

}  // namespace relaybench::scenario
