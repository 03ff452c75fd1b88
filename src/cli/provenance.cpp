#include "cli/provenance.h"

#include <sys/utsname.h>

#include <thread>
#include <variant>

#include <fmt/format.h>

#include "core/calendar.h"
#include "core/units.h"
#include "load/window.h"
#include "scenario/canonical_json.h"
#include "scenario/prompts.h"

namespace relaybench::cli {

namespace {

std::string host_text() {
    utsname name{};
    if (uname(&name) != 0) {
        return "unknown";
    }
    return fmt::format("{} {}, {}, {} cores", name.sysname, name.release, name.machine, std::thread::hardware_concurrency());
}

std::string arrivals_text(scenario::Arrivals arrivals) { return arrivals == scenario::Arrivals::Poisson ? "Poisson" : "constant"; }

std::string pattern_text(const scenario::Load& load) {
    if (const auto* closed = std::get_if<scenario::ClosedLoop>(&load.pattern)) {
        return fmt::format("closed loop, {} stream{}", closed->streams, closed->streams == 1 ? "" : "s");
    }
    if (const auto* open = std::get_if<scenario::OpenLoop>(&load.pattern)) {
        return fmt::format("open loop, {:g}/s {}", open->rate_per_s, arrivals_text(open->arrivals));
    }
    const auto& ramp = std::get<scenario::Ramp>(load.pattern);
    return fmt::format("ramp of {} stages, {}", ramp.stages.size(), arrivals_text(ramp.arrivals));
}

}  // namespace

std::string load_text(const scenario::Load& load) {
    auto text = pattern_text(load);
    if (load.count) {
        text += fmt::format(", {} in all", *load.count);
    }
    if (const auto window = load::window_of(load)) {
        text += fmt::format(", {}", core::duration_text(*window));
    }
    if (load.warmup > core::Duration::zero()) {
        text += fmt::format(" after {} of warm-up", core::duration_text(load.warmup));
    }
    if (load.order != scenario::Order::Interleaved) {
        text += load.order == scenario::Order::Sequential ? ", one relay after the other" : ", all relays at once";
    }
    return text;
}

core::Expected<result::Provenance> provenance_of(const scenario::Scenario& scenario, const std::vector<wire::Prompt>& prompts,
                                                 const Context& context) {
    // How many threads play it is no part of what is played: shards on unlike machines are of one scenario.
    auto plan = scenario;
    plan.workers.reset();
    auto sha256 = scenario::scenario_sha256(plan);
    if (!sha256) {
        return tl::unexpected(sha256.error());
    }
    auto asked = scenario::prompts_sha256(prompts);
    if (!asked) {
        return tl::unexpected(asked.error());
    }
    result::Provenance provenance;
    provenance.prompts_sha256 = std::move(*asked);
    provenance.version = RELAYBENCH_VERSION;
    provenance.scenario_name = scenario.name;
    provenance.scenario_sha256 = std::move(*sha256);
    provenance.load = load_text(scenario.load);
    provenance.host = host_text();
    provenance.started_at = core::utc_text(context.clock.wall_now());
    return provenance;
}

void complete(result::Provenance& engine, const result::Provenance& beforehand) {
    engine.version = beforehand.version;
    engine.scenario_name = beforehand.scenario_name;
    engine.scenario_sha256 = beforehand.scenario_sha256;
    engine.prompts_sha256 = beforehand.prompts_sha256;
    engine.load = beforehand.load;
    engine.host = beforehand.host;
    engine.started_at = beforehand.started_at;
    engine.shard = beforehand.shard;
}

}  // namespace relaybench::cli
