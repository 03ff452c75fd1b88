#include "scenario/price_table.h"

#include <algorithm>
#include <array>

namespace relaybench::scenario {

namespace {

constexpr std::string_view kSource = "price list of the relay guides";  // docs/usage.md shows the table to users

constexpr std::array<Price, 5> kPrices{{
    {"gpt-4.1", 8.00, kSource},
    {"claude-sonnet-4.5", 15.00, kSource},
    {"claude-sonnet-4-20250514", 15.00, kSource},
    {"gemini-2.5-flash", 2.50, kSource},
    {"deepseek-v3.2", 0.42, kSource},
}};

}  // namespace

std::span<const Price> prices() { return kPrices; }

std::optional<Price> price_of(std::string_view model) {
    const auto found = std::find_if(kPrices.begin(), kPrices.end(), [&](const Price& price) { return price.model == model; });
    return found == kPrices.end() ? std::nullopt : std::optional<Price>(*found);
}

}  // namespace relaybench::scenario
