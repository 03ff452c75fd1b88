#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/error.h"
#include "core/random.h"

namespace relaybench::relay {

/// A distribution of a non-negative number: always `low`; uniform in low..high; or log-normal with median `low` and 99th percentile
/// `high`, that is exp(µ + σ·z) with µ = ln low and σ = ln(high/low) / 2.3263 (the 99 % point of the standard normal).
struct Spread {
    enum class Shape : std::uint8_t { Constant, Uniform, LogNormal };
    Shape shape = Shape::Constant;
    double low = 0;
    double high = 0;

    [[nodiscard]] static Spread constant(double value) { return {Shape::Constant, value, value}; }
    [[nodiscard]] static Spread uniform(double low, double high) { return {Shape::Uniform, low, high}; }
    [[nodiscard]] static Spread log_normal(double p50, double p99) { return {Shape::LogNormal, p50, p99}; }

    /// One value; a constant takes no random number.
    [[nodiscard]] double sample(core::Random& random) const;
    friend bool operator==(const Spread&, const Spread&) = default;
};

/// A spread of times; low and high are nanoseconds.
struct DurationSpread {
    Spread ns;

    [[nodiscard]] static DurationSpread constant(core::Duration value);
    [[nodiscard]] core::Duration sample(core::Random& random) const;
    friend bool operator==(const DurationSpread&, const DurationSpread&) = default;
};

/// A spread of whole numbers, rounded, at least 1.
struct CountSpread {
    Spread count;

    [[nodiscard]] static CountSpread constant(std::uint32_t value) { return {Spread::constant(value)}; }
    [[nodiscard]] std::uint32_t sample(core::Random& random) const;
    friend bool operator==(const CountSpread&, const CountSpread&) = default;
};

/// "50ms" constant, "20ms..80ms" uniform, "40ms/120ms" log-normal by p50/p99. The error says what would be accepted.
[[nodiscard]] core::Expected<DurationSpread> parse_duration_spread(std::string_view text);
/// The same with whole numbers: "100", "50..200", "100/400"; nothing below 1.
[[nodiscard]] core::Expected<CountSpread> parse_count_spread(std::string_view text);

/// What the two functions above read back.
[[nodiscard]] std::string spread_text(const DurationSpread& spread);
[[nodiscard]] std::string spread_text(const CountSpread& spread);

}  // namespace relaybench::relay
