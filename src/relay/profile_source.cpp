#include "relay/profile_source.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "core/file.h"
#include "core/text.h"
#include "relay/fault.h"
#include "relay/profile_fields.h"
#include "relay/ready_profiles.h"
#include "scenario/inspection.h"
#include "scenario/node_yaml.h"

namespace relaybench::relay {
namespace {

constexpr std::string_view kFaultPrefix = "fault:";
constexpr std::size_t kShownBytes = 80;

/// Short and quick; a quiet stream for the two faults that need time to show.
Timing fault_timing(FaultId id) {
    using std::chrono::milliseconds;
    Timing timing;
    timing.first_token = DurationSpread::constant(milliseconds(10));
    timing.gap = DurationSpread::constant(milliseconds(5));
    timing.tokens = CountSpread::constant(20);
    if (id == FaultId::IdleCut) {
        timing.stall_probability = 1;
        timing.stall = DurationSpread::constant(std::chrono::hours(1));
    }
    if (id == FaultId::SwallowedPong) {
        timing.gap = DurationSpread::constant(milliseconds(100));
    }
    return timing;
}

core::Expected<Profile> fault_profile(std::string_view name) {
    const auto id = fault_by_name(name);
    if (!id) {
        return core::bad_input(fmt::format("unknown fault \"{}\"{}, expected {}", core::printable(name, kShownBytes),
                                           core::did_you_mean(name, fault_names()), core::listed(fault_names())));
    }
    Profile profile;
    profile.name = fmt::format("{}{}", kFaultPrefix, name);
    profile.summary = info(*id).client_sees;
    profile.timing = fault_timing(*id);
    Fault fault;
    fault.id = *id;
    fault.probability = 1;
    profile.faults.push_back(fault);
    return profile;
}

bool looks_like_path(std::string_view text) {
    return text.find('/') != std::string_view::npos || text.ends_with(".yaml") || text.ends_with(".yml");
}

core::Expected<Profile> file_profile(std::string_view path) {
    auto yaml = core::read_file(std::string(path), scenario::kMaxYamlBytes);
    if (!yaml) {
        return core::bad_input(std::move(yaml).error().message);
    }
    return parse_profile(*yaml, path);
}

core::Expected<Profile> base_profile(std::string_view text) {
    if (text.starts_with(kFaultPrefix)) {
        return fault_profile(text.substr(kFaultPrefix.size()));
    }
    const auto ready = ready_profiles();
    const auto found = std::find_if(ready.begin(), ready.end(), [text](const ReadyProfile& profile) { return profile.name == text; });
    if (found != ready.end()) {
        return parse_profile(found->yaml, found->name);
    }
    if (looks_like_path(text)) {
        return file_profile(text);
    }
    return core::bad_input(fmt::format("unknown relay profile \"{}\"{}, expected {}, fault:ID, or the path of a YAML file",
                                       core::printable(text, kShownBytes), core::did_you_mean(text, ready_profile_names()),
                                       core::listed(ready_profile_names())));
}

template <class Target>
bool override_one(Target& target, const scenario::Table<Target>& table, std::string_view key, std::string_view value,
                  scenario::Inspection& inspection) {
    const auto field = std::find_if(table.fields.begin(), table.fields.end(), [key](const auto& entry) { return entry.shape.name == key; });
    if (field == table.fields.end()) {
        return false;
    }
    const auto step = inspection.into(key);
    field->read(target, scenario::scalar_node(value), inspection);
    return true;
}

std::vector<std::string_view> override_keys() {
    std::vector<std::string_view> keys{"ttft"};
    for (const auto& field : timing_table().fields) {
        keys.emplace_back(field.shape.name);
    }
    for (const auto& field : fault_table().fields) {
        keys.emplace_back(field.shape.name);
    }
    for (const auto& field : profile_table().fields) {
        keys.emplace_back(field.shape.name);
    }
    return keys;
}

void apply_override(Profile& profile, std::string_view key, std::string_view value, scenario::Inspection& inspection) {
    const std::string_view name = key == "ttft" ? "first_token" : key;
    bool known = override_one(profile.timing, timing_table(), name, value, inspection);
    if (known) {
        // The value is good or has been complained about once.
        scenario::Inspection repeated;
        for (ModelTiming& model : profile.models) {
            override_one(model.timing, timing_table(), name, value, repeated);
        }
        return;
    }
    for (Fault& fault : profile.faults) {
        known = override_one(fault, fault_table(), name, value, inspection) || known;
    }
    if (!known && !override_one(profile, profile_table(), name, value, inspection)) {
        inspection.problem(
            fmt::format("unknown key \"{}\"{}", core::printable(key, kShownBytes), core::did_you_mean(key, override_keys())));
    }
}

core::Expected<Profile> with_overrides(Profile profile, std::string_view overrides) {
    scenario::Inspection inspection;
    for (const std::string_view pair : core::split(overrides, '&')) {
        const std::size_t equals = std::min(pair.find('='), pair.size());
        apply_override(profile, pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())), inspection);
    }
    const auto problems = inspection.take_problems();
    if (!problems.empty()) {
        return tl::unexpected(scenario::problems_error(fmt::format("relay profile {}", profile.name), problems));
    }
    profile.name = fmt::format("{}?{}", profile.name, core::printable(overrides, kShownBytes));
    return profile;
}

}  // namespace

core::Expected<Profile> parse_profile(std::string_view yaml, std::string_view source) {
    const scenario::YamlDocument document = scenario::read_yaml(yaml);
    if (document.problem || !document.root) {
        const scenario::Problem empty{{}, {}, "empty, expected the keys of a relay profile"};
        return tl::unexpected(scenario::problems_error(source, {document.problem.value_or(empty)}));
    }
    Profile profile;
    scenario::Inspection inspection;
    scenario::read_map(profile, *document.root, profile_table(), inspection);
    const auto problems = inspection.take_problems();
    if (!problems.empty()) {
        return tl::unexpected(scenario::problems_error(source, problems));
    }
    return profile;
}

core::Expected<Profile> read_profile(std::string_view text) {
    const std::size_t mark = text.find('?');
    auto profile = base_profile(text.substr(0, mark));
    if (!profile || mark == std::string_view::npos) {
        return profile;
    }
    return with_overrides(*std::move(profile), text.substr(mark + 1));
}

}  // namespace relaybench::relay
