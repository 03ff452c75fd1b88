#include "scenario/validate.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "scenario/limits.h"
#include "scenario/relay_rules.h"
#include "scenario/scenario_fields.h"

namespace relaybench::scenario {

namespace {

constexpr std::size_t kMaxShownNameBytes = 60;

void check_relays(const Scenario& scenario, Inspection& inspection) {
    const Inspection::Step step = inspection.into("relays");
    if (scenario.relays.empty()) {
        return inspection.problem("there is no relay, expected at least one such as embedded:fast or https://relay.example/v1");
    }
    if (scenario.relays.size() > kMostRelays) {
        inspection.problem(fmt::format("{} relays are too many, expected at most {}", scenario.relays.size(), kMostRelays));
    }
    std::map<std::string_view, std::size_t> first_with_name;
    for (std::size_t i = 0; i < scenario.relays.size(); ++i) {
        const Inspection::Step relay_step = inspection.into(i);
        const Relay& relay = scenario.relays[i];
        check_relay_rules(relay, inspection);
        if (const auto [found, is_new] = first_with_name.emplace(relay.name, i); !is_new) {
            inspection.problem("name", fmt::format("\"{}\" is the name of relays[{}] too, expected a name of its own",
                                                   core::printable(relay.name, kMaxShownNameBytes), found->second));
        }
    }
}

void check_ramp(const Scenario& scenario, const Ramp& ramp, Inspection& inspection) {
    const auto rises = [](const RampStage& stage) { return stage.rate_per_s > 0; };
    if (std::none_of(ramp.stages.begin(), ramp.stages.end(), rises)) {
        inspection.problem("stages", "no stage has a rate above 0, expected at least one such as {duration: 10s, rate: 50/s}");
    }
    if (scenario.load.duration) {
        inspection.problem("duration", "contradicts stages, expected only one of them: a ramp lasts as long as its stages");
    }
    if (scenario.load.warmup > core::Duration{0}) {
        inspection.problem("warmup", "contradicts stages, expected only one of them: a ramp starts at zero by itself");
    }
}

void check_load(const Scenario& scenario, Inspection& inspection) {
    const Inspection::Step step = inspection.into("load");
    if (const auto* ramp = std::get_if<Ramp>(&scenario.load.pattern)) {
        check_ramp(scenario, *ramp, inspection);
    }
    if (scenario.load.order == Order::Simultaneous && std::holds_alternative<ClosedLoop>(scenario.load.pattern)) {
        inspection.problem("order", "a closed loop has no common starts, expected rate or stages beside simultaneous");
    }
}

void check_heartbeat(const Heartbeat& heartbeat, Inspection& inspection) {
    const Inspection::Step step = inspection.into("heartbeat");
    if (heartbeat.enabled && heartbeat.dead_after <= heartbeat.interval) {
        inspection.problem("dead_after", fmt::format("{} leaves no time to answer a ping, expected more than the interval of {}",
                                                     core::duration_text(heartbeat.dead_after), core::duration_text(heartbeat.interval)));
    }
}

void check_prompts(const Scenario& scenario, Inspection& inspection) {
    const Inspection::Step step = inspection.into("prompts");
    const auto is_audio = [](const Relay& relay) { return relay.dialect == wire::Dialect::StreamWsAudio; };
    if (!scenario.prompts.audio_file.empty() && std::none_of(scenario.relays.begin(), scenario.relays.end(), is_audio)) {
        inspection.problem("audio", "no relay takes audio, expected one with dialect stream-ws-audio");
    }
}

void check_gates(const Scenario& scenario, const GateCheck& check_gate, Inspection& inspection) {
    const Inspection::Step step = inspection.into("gates");
    for (std::size_t i = 0; check_gate && i < scenario.gates.size(); ++i) {
        const Inspection::Step gate_step = inspection.into(i);
        if (auto problem = check_gate(scenario.gates[i])) {
            inspection.problem(*std::move(problem));
        }
    }
}

void check_needs_key(const Scenario& scenario, Inspection& inspection) {
    const auto has_key = [](const Relay& relay) { return !relay.key_env.empty() || !relay.key_file.empty(); };
    if (scenario.needs_key && std::none_of(scenario.relays.begin(), scenario.relays.end(), has_key)) {
        inspection.problem("needs_key", "no relay has a key, expected key_env or key_file beside one of them");
    }
}

}  // namespace

void validate(const Scenario& scenario, const GateCheck& check_gate, Inspection& inspection) {
    inspection.begin_checks();
    check_map(scenario, scenario_table(), inspection);
    check_relays(scenario, inspection);
    check_load(scenario, inspection);
    check_heartbeat(scenario.heartbeat, inspection);
    check_prompts(scenario, inspection);
    check_needs_key(scenario, inspection);
    check_gates(scenario, check_gate, inspection);
}

std::vector<Problem> validate(const Scenario& scenario, const GateCheck& check_gate) {
    Inspection inspection;
    validate(scenario, check_gate, inspection);
    return inspection.take_problems();
}

}  // namespace relaybench::scenario
