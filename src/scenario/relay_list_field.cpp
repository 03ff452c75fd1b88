#include "scenario/relay_fields.h"
#include "scenario/relay_spec.h"
#include "scenario/scenario_fields.h"

namespace relaybench::scenario {

namespace {

constexpr std::string_view kForms = "a list of relays: maps, URLs or embedded:PROFILE";

void read_relay(Scenario& scenario, const Node& node, Inspection& inspection) {
    Relay& relay = scenario.relays.emplace_back();
    if (node.kind == Node::Kind::Map) {
        return read_map(relay, node, relay_table(), inspection);
    }
    if (node.kind != Node::Kind::Scalar) {
        return inspection.problem(fmt::format("found {}, expected a map, a URL or embedded:PROFILE", shown(node)));
    }
    if (auto parsed = parse_relay_spec(node.text)) {
        relay = *std::move(parsed);
    } else {
        inspection.problem(parsed.error().message);
    }
}

}  // namespace

Field<Scenario> relays_field() {
    const ValueShape spec{.kind = ValueShape::Kind::Text};
    const ValueShape relay{.kind = ValueShape::Kind::AnyOf, .parts = {spec, map_shape(relay_table())}};
    Field<Scenario> field;
    field.shape = {.name = "relays",
                   .doc =
                       "The relays to measure side by side; each a map, or text as on the command line: a URL, embedded:PROFILE, or "
                       "NAME=URL,dialect=…,key_env=…,model=….",
                   .value = {.kind = ValueShape::Kind::List, .parts = {relay}},
                   .required = true};
    field.read = [](Scenario& scenario, const Node& node, Inspection& inspection) {
        read_list(node, kForms, inspection, [&](const Node& item) { read_relay(scenario, item, inspection); });
    };
    field.check = [](const Scenario& scenario, Inspection& inspection) {
        for (std::size_t i = 0; i < scenario.relays.size(); ++i) {
            const Inspection::Step step = inspection.into(i);
            check_map(scenario.relays[i], relay_table(), inspection);
        }
    };
    return field;
}

}  // namespace relaybench::scenario
