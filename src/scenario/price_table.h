#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace relaybench::scenario {

/// What a model costs, as a vendor guide says.
struct Price {
    std::string_view model;
    double usd_per_million_output_tokens;
    std::string_view source;
};

[[nodiscard]] std::span<const Price> prices();
[[nodiscard]] std::optional<Price> price_of(std::string_view model);

}  // namespace relaybench::scenario
