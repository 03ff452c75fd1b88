#include "cli/dry_run.h"

#include <algorithm>

#include <fmt/format.h>

#include "cli/provenance.h"
#include "core/units.h"
#include "scenario/cost.h"
#include "wire/dialect.h"

namespace relaybench::cli {

namespace {

std::string at_most(const std::optional<std::uint64_t>& count) {
    return count ? fmt::format("{}", *count) : "not bounded (give -n or --max-streams)";
}

/// The embedded relay is ours. A price of zero is only of output tokens: what else the relay bills is not known.
bool is_free(const scenario::Scenario& scenario) {
    return std::all_of(scenario.relays.begin(), scenario.relays.end(), [](const auto& relay) { return relay.embedded.has_value(); });
}

std::string cost_text(const scenario::Scenario& scenario, const scenario::CostBound& cost) {
    if (is_free(scenario)) {
        return "nothing";
    }
    if (cost.usd) {
        return fmt::format("USD {:.2f} of output tokens, at USD {:.2f} a million (prompts come on top)", *cost.usd, cost.usd_per_million);
    }
    if (!cost.unpriced_models.empty()) {
        return fmt::format("unknown: no price for {}; give --price USD (for a million output tokens)",
                           fmt::join(cost.unpriced_models, ", "));
    }
    return "not bounded";
}

}  // namespace

std::string dry_run_text(const scenario::Scenario& scenario, const std::vector<wire::Prompt>& prompts) {
    std::uint32_t largest = 0;
    for (const auto& prompt : prompts) {
        largest = std::max(largest, prompt.max_tokens);
    }
    const auto cost = scenario::cost_at_most(scenario, largest);
    std::string text = "plan (nothing was sent)\n";
    for (const auto& relay : scenario.relays) {
        const std::string way = relay.proxy.empty() || relay.proxy == "none" ? "" : " through " + relay.proxy;
        text += fmt::format("  {:<16} {}{}, {}, model {}\n", relay.name, relay.embedded ? "embedded:" + *relay.embedded : relay.url, way,
                            wire::info(relay.dialect).id, relay.model);
    }
    text += fmt::format("  load             {}\n", load_text(scenario.load));
    text += fmt::format("  prompts          {}, up to {} tokens each\n", prompts.size(), largest);
    text += fmt::format("  streams at most  {}\n", at_most(cost.streams));
    text += fmt::format("  tokens at most   {}\n", at_most(cost.tokens));
    text += fmt::format("  cost at most     {}\n", cost_text(scenario, cost));
    for (const auto& gate : scenario.gates) {
        text += fmt::format("  gate             {}\n", gate);
    }
    return text;
}

}  // namespace relaybench::cli
