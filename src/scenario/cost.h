#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenario/scenario.h"

namespace relaybench::scenario {

/// What a run can cost at most, for `--dry-run`. Absent: nothing bounds it (a closed loop that ends by time alone), or a price is unknown.
struct CostBound {
    std::optional<std::uint64_t> streams;  ///< over all relays, warm-up included
    std::optional<std::uint64_t> tokens;   ///< output tokens; prompts are not counted
    std::optional<double> usd;             ///< output tokens only; embedded relays cost nothing
    double usd_per_million = 0;            ///< the dearest price that `usd` is taken at
    std::vector<std::string> unpriced_models;
};

/// `largest_max_tokens`: the most that any prompt asks for (a data set may ask for more than prompts.max_tokens). Random arrivals are
/// bounded by their mean and five standard deviations: one run in three million starts more.
[[nodiscard]] CostBound cost_at_most(const Scenario& scenario, std::uint32_t largest_max_tokens);
[[nodiscard]] CostBound cost_at_most(const Scenario& scenario);

}  // namespace relaybench::scenario
