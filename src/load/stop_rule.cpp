#include "load/stop_rule.h"

#include <fmt/format.h>

#include "core/units.h"

namespace relaybench::load {

std::optional<core::Duration> window_of(const scenario::Load& load) {
    if (const auto* ramp = std::get_if<scenario::Ramp>(&load.pattern)) {
        core::Duration total{0};
        for (const scenario::RampStage& stage : ramp->stages) {
            total += stage.duration;
        }
        return total;
    }
    if (load.duration || load.count) {
        return load.duration;
    }
    return scenario::kDefaultDuration;
}

StopRule::StopRule(const scenario::Scenario& scenario) : budget_(scenario.budget) {
    if (const auto window = window_of(scenario.load)) {
        window_ = *window;
        last_start_ = scenario.load.warmup + *window;
    }
    if (scenario.load.count) {
        total_count_ = *scenario.load.count * scenario.relays.size();
    }
}

std::optional<Stop> StopRule::judge(const Progress& progress) const {
    if (budget_.max_tokens_total && progress.tokens >= *budget_.max_tokens_total) {
        return Stop{StopCause::TokenBudget, fmt::format("budget of {} tokens is used up", *budget_.max_tokens_total)};
    }
    if (budget_.max_streams && progress.started_in_warmup + progress.started_in_window >= *budget_.max_streams) {
        return Stop{StopCause::StreamBudget, fmt::format("budget of {} streams is used up", *budget_.max_streams)};
    }
    if (total_count_ && progress.started_in_window >= *total_count_) {
        return Stop{StopCause::Count, fmt::format("all {} streams are started", *total_count_)};
    }
    if (last_start_ && progress.elapsed >= *last_start_) {
        return Stop{StopCause::Duration, fmt::format("duration of {} is over", core::duration_text(window_))};
    }
    return std::nullopt;
}

}  // namespace relaybench::load
