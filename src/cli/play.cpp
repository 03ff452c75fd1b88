#include "cli/play.h"

#include <algorithm>
#include <thread>
#include <variant>

#include <fmt/format.h>

#include "cli/dry_run.h"
#include "cli/host_limits.h"
#include "cli/measure.h"
#include "cli/measure_in_parts.h"
#include "cli/output_spec.h"
#include "cli/relay_access.h"
#include "cli/saved_result.h"
#include "cli/shard_flags.h"
#include "cli/show_result.h"
#include "cli/write_outputs.h"
#include "judge/compare.h"
#include "judge/gate.h"
#include "load/window.h"
#include "scenario/cost.h"
#include "scenario/prompts.h"
#include "scenario/validate.h"
#include "wire/url.h"

namespace relaybench::cli {

namespace {

constexpr std::uint64_t kManyStreams = 1000;

std::optional<std::string> gate_problem(const std::string& expression) {
    const auto gate = judge::parse_gate(expression);
    return gate ? std::nullopt : std::optional(gate.error().message);
}

/// Everything that can be known to be wrong before anything is opened.
core::Expected<std::vector<judge::Gate>> check(const scenario::Scenario& scenario, const ShowFlags& show) {
    if (const auto problems = scenario::validate(scenario, gate_problem); !problems.empty()) {
        return tl::unexpected(scenario::problems_error("", problems));
    }
    const auto* closed = std::get_if<scenario::ClosedLoop>(&scenario.load.pattern);
    const bool one_stream = closed != nullptr && closed->streams == 1 && scenario.load.count == 1U && scenario.relays.size() == 1;
    if (show.trace > 0 && !one_stream) {
        return core::bad_input("--trace shows one stream of one relay: give -c 1 -n 1");
    }
    std::vector<std::string> arms;
    for (const auto& relay : scenario.relays) {
        arms.push_back(relay.name);
    }
    return judge::parse_gates(scenario.gates, arms);
}

/// A public host is somebody's: many streams against it need a word of consent.
core::Expected<void> check_consent(const scenario::Scenario& scenario, const ShowFlags& show) {
    if (show.yes > 0) {
        return {};
    }
    for (const auto& relay : scenario.relays) {
        if (relay.embedded) {
            continue;
        }
        const auto url = wire::parse_url(relay.url);
        if (!url || wire::is_loopback(url->host) || wire::is_private(url->host)) {
            continue;
        }
        // Going on until something is decided, an open loop has no number of its own.
        const bool open_end = show.until_decided && !scenario.load.count;
        const auto streams = open_end ? std::nullopt : scenario::cost_at_most(scenario).streams;
        const auto* closed = std::get_if<scenario::ClosedLoop>(&scenario.load.pattern);
        if ((streams && *streams > kManyStreams) || (!streams && (closed != nullptr || open_end)) ||
            (closed != nullptr && closed->streams > kManyStreams)) {
            return core::bad_input(
                fmt::format("this plan may start {} streams against {}, a public host; give --yes when that is meant, or bound it with "
                            "--max-streams {}",
                            streams ? fmt::format("{}", *streams) : "more than 1,000", url->host, kManyStreams));
        }
    }
    return {};
}

/// What this process keeps open of the scenario.
scenario::Scenario part_of(const scenario::Scenario& scenario, const core::Expected<Staging>& staging) {
    auto part = scenario;
    if (auto* closed = std::get_if<scenario::ClosedLoop>(&part.load.pattern); closed != nullptr && staging) {
        closed->streams = streams_of_one(closed->streams, *staging);
    }
    return part;
}

/// Cores less one for an embedded relay.
std::uint32_t default_workers(const scenario::Scenario& scenario) {
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const bool embedded =
        std::any_of(scenario.relays.begin(), scenario.relays.end(), [](const auto& relay) { return relay.embedded.has_value(); });
    auto workers = embedded ? std::max(1U, cores - 1) : cores;
    if (const auto* closed = std::get_if<scenario::ClosedLoop>(&scenario.load.pattern)) {
        workers = std::min(workers, std::max(1U, closed->streams));
    }
    return workers;
}

ExitCode exit_code_of_run(const Measured& measured) {
    if (measured.signal) {
        return *measured.signal == 15 ? ExitCode::Terminated : ExitCode::Interrupted;
    }
    const auto judged = exit_code_of(measured.result);
    return judged == ExitCode::Done && measured.unanswered ? ExitCode::Inconclusive : judged;
}

/// The run itself, once everything has been checked.
core::Expected<Measured> open_and_measure(const scenario::Scenario& scenario, const std::vector<wire::Prompt>& prompts,
                                          const Staging& staging, const ShowFlags& show, const Context& context) {
    const auto shard = staging.shard.value_or(result::Shard{});
    const auto accesses = open_relays(scenario, context, shard.index - 1);
    if (!accesses) {
        return tl::unexpected(accesses.error());
    }
    for (const auto& note : accesses->notes) {
        context.err << "relaybench: " << for_locale(note, context.err_traits) << '\n';
    }
    auto plan = run::make_plan(scenario, accesses->relays, prompts);
    if (!plan) {
        return tl::unexpected(plan.error());
    }
    plan->shard = {shard.index - 1, shard.count};
    run::Control control;
    const SignalWatch signals(control);
    const Session session{scenario, prompts, staging, show, context, control, signals};
    if (staging.until_decided) {
        return measure_until_decided(session, *plan, *staging.until_decided);
    }
    const bool in_turn = scenario.load.order == scenario::Order::Sequential && plan->arms.size() > 1;
    return in_turn ? measure_in_turn(session, *plan) : measure(session, *plan);
}

/// Arms in turn are runs of their own: neither a journal nor shards nor rounds can hold them together.
core::Expected<void> check_parts(const scenario::Scenario& scenario, const ShowFlags& show) {
    if (show.until_decided && (scenario.budget.max_streams || scenario.budget.max_tokens_total)) {
        return core::bad_input("--until-decided is bounded by -n and -d: give it without --max-streams and --max-tokens-total");
    }
    if (scenario.load.order == scenario::Order::Sequential && (show.journal || show.shard || show.until_decided)) {
        return core::bad_input(
            "--order sequential plays one relay after the other: give it without --journal, --shard and --until-decided");
    }
    return {};
}

/// What --quiet leaves out of the report and nobody may miss: a journal that was asked for and is not whole.
void tell_of_journal(const result::RunResult& result, const ShowFlags& show, const Context& context) {
    for (const auto& warning : result.warnings) {
        if (show.quiet > 0 && warning.code == "journal") {
            context.err << "relaybench: " << for_locale(warning.text, context.err_traits) << '\n' << std::flush;
        }
    }
}

}  // namespace

ExitCode play(const scenario::Scenario& asked, const ShowFlags& show, const Context& context) {
    auto scenario = asked;
    if (!scenario.workers) {
        scenario.workers = show.trace > 0 ? 1 : default_workers(scenario);
    }
    const auto gates = check(scenario, show);
    const auto outputs = parse_outputs(show.outputs);
    const auto parts = check_parts(scenario, show);
    const auto staging = parse_staging(show, context.clock.wall_now());
    const auto descriptors = check_descriptors(part_of(scenario, staging), descriptor_limit());
    const auto ports = check_ports(part_of(scenario, staging), local_ports());
    const auto consent = check_consent(scenario, show);
    const auto prompts = scenario::load_prompts(scenario.prompts);
    std::optional<ExitCode> refused;
    const auto report = [&](const auto& result) {
        if (!result) {
            refused = report_error(context, result.error());
        }
    };
    report(gates);
    report(outputs);
    report(parts);
    report(staging);
    report(descriptors);
    report(ports);
    report(consent);
    report(prompts);
    if (refused) {
        return *refused;
    }
    if (show.dry_run > 0) {
        context_for_people(*outputs, context).out << dry_run_text(scenario, *prompts) << std::flush;
        return ExitCode::Done;
    }
    auto measured = open_and_measure(scenario, *prompts, *staging, show, context);
    if (!measured) {
        return report_error(context, measured.error());
    }
    if (measured->result.comparisons.empty()) {
        measured->result.comparisons = judge::compare_arms(measured->result);
    }
    measured->result.gates = judge::judge_gates(*gates, measured->result);
    for (auto& warning : judge::gate_warnings(*gates, measured->result)) {
        measured->result.warnings.push_back(std::move(warning));
    }
    show_result(measured->result, measured->trace, show, context_for_people(*outputs, context));
    tell_of_journal(measured->result, show, context);
    const auto written = write_outputs(measured->result, *outputs, context);
    if (!written) {
        return report_error(context, written.error());
    }
    return exit_code_of_run(*measured);
}

}  // namespace relaybench::cli
