#include "scenario/cost.h"

#include <algorithm>
#include <cmath>

#include "scenario/price_table.h"

namespace relaybench::scenario {

namespace {

double seconds(core::Duration duration) { return std::chrono::duration<double>(duration).count(); }

core::Duration measured_duration(const Load& load) { return load.duration.value_or(kDefaultDuration); }

bool ends_by_time(const Load& load) { return load.duration || !load.count; }

std::uint64_t arrivals_at_most(double mean, Arrivals arrivals) {
    constexpr double kDeviations = 5;
    const double spread = arrivals == Arrivals::Poisson ? kDeviations * std::sqrt(mean) : 0;
    // Arrivals stand at the start of their interval, so a part of one holds a whole arrival.
    return static_cast<std::uint64_t>(std::ceil(mean + spread));
}

std::optional<std::uint64_t> smaller(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
    return a && b ? std::min(*a, *b) : (a ? a : b);
}

/// Streams that time allows: of the warm-up, and of the measured window.
struct TimeBound {
    std::optional<std::uint64_t> warmup;
    std::optional<std::uint64_t> measured;
};

struct TimeBoundOf {
    const Load& load;
    double arms;

    /// As many streams as finish: only no time at all is a bound.
    TimeBound operator()(const ClosedLoop&) const {
        return {load.warmup == core::Duration{0} ? std::optional<std::uint64_t>(0) : std::nullopt, std::nullopt};
    }
    TimeBound operator()(const OpenLoop& open) const {
        TimeBound bound{arrivals_at_most(arms * open.rate_per_s * seconds(load.warmup), open.arrivals), std::nullopt};
        if (ends_by_time(load)) {
            bound.measured = arrivals_at_most(arms * open.rate_per_s * seconds(measured_duration(load)), open.arrivals);
        }
        return bound;
    }
    TimeBound operator()(const Ramp& ramp) const {
        double mean = 0;
        double rate = 0;
        for (const RampStage& stage : ramp.stages) {
            mean += seconds(stage.duration) * (rate + stage.rate_per_s) / 2;
            rate = stage.rate_per_s;
        }
        return {0, arrivals_at_most(arms * mean, ramp.arrivals)};
    }
};

std::optional<std::uint64_t> streams_at_most(const Scenario& scenario) {
    const TimeBound by_time = std::visit(TimeBoundOf{scenario.load, static_cast<double>(scenario.relays.size())}, scenario.load.pattern);
    std::optional<std::uint64_t> by_count;
    if (scenario.load.count) {
        by_count = *scenario.load.count * scenario.relays.size();
    }
    std::optional<std::uint64_t> streams = smaller(by_time.measured, by_count);
    streams = streams && by_time.warmup ? std::optional<std::uint64_t>(*streams + *by_time.warmup) : std::nullopt;
    return smaller(streams, scenario.budget.max_streams);
}

std::optional<std::uint64_t> tokens_at_most(const Scenario& scenario, std::optional<std::uint64_t> streams, std::uint32_t max_tokens) {
    std::optional<std::uint64_t> by_streams;
    if (streams) {
        by_streams = *streams * max_tokens;
    }
    const auto* closed = std::get_if<ClosedLoop>(&scenario.load.pattern);
    if (closed == nullptr || !scenario.budget.max_tokens_total) {
        return by_streams;
    }
    // Streams that are open when the budget is used up may still finish.
    return smaller(by_streams, *scenario.budget.max_tokens_total + scenario.relays.size() * closed->streams * max_tokens);
}

/// A price of one's own counts before that of the table.
std::optional<double> usd_per_million(const Relay& relay) {
    const auto known = price_of(relay.model);
    return relay.price || !known ? relay.price : std::optional(known->usd_per_million_output_tokens);
}

/// All tokens at the dearest price: how streams fall on the relays is known only for open loops, and "at most" must hold for all.
void add_prices(const Scenario& scenario, CostBound& bound) {
    auto& unpriced = bound.unpriced_models;
    for (const Relay& relay : scenario.relays) {
        if (relay.embedded) {
            continue;
        }
        if (const auto price = usd_per_million(relay)) {
            bound.usd_per_million = std::max(bound.usd_per_million, *price);
        } else if (std::find(unpriced.begin(), unpriced.end(), relay.model) == unpriced.end()) {
            unpriced.push_back(relay.model);
        }
    }
}

std::optional<double> usd_at_most(const Scenario& scenario, const CostBound& bound) {
    constexpr double kMillion = 1e6;
    const bool is_free =
        std::all_of(scenario.relays.begin(), scenario.relays.end(), [](const Relay& relay) { return relay.embedded.has_value(); });
    if (is_free) {
        return 0.0;
    }
    return bound.tokens && bound.unpriced_models.empty()
               ? std::optional(static_cast<double>(*bound.tokens) * bound.usd_per_million / kMillion)
               : std::nullopt;
}

}  // namespace

CostBound cost_at_most(const Scenario& scenario, std::uint32_t largest_max_tokens) {
    CostBound bound;
    bound.streams = streams_at_most(scenario);
    bound.tokens = tokens_at_most(scenario, bound.streams, largest_max_tokens);
    add_prices(scenario, bound);
    bound.usd = usd_at_most(scenario, bound);
    return bound;
}

CostBound cost_at_most(const Scenario& scenario) { return cost_at_most(scenario, scenario.prompts.max_tokens); }

}  // namespace relaybench::scenario
