#include "relay/spread.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/units.h"

namespace relaybench::relay {
namespace {

constexpr double kNormalP99 = 2.3263478740408408;
// Rounding a spread of an hour must stay far inside what nanoseconds can hold.
constexpr double kLongestNs = 1e15;

struct Bounds {
    Spread::Shape shape = Spread::Shape::Constant;
    std::string_view low;
    std::string_view high;
};

Bounds split_spread(std::string_view text) {
    if (const std::size_t dots = text.find(".."); dots != std::string_view::npos) {
        return {Spread::Shape::Uniform, text.substr(0, dots), text.substr(dots + 2)};
    }
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        return {Spread::Shape::LogNormal, text.substr(0, slash), text.substr(slash + 1)};
    }
    return {Spread::Shape::Constant, text, text};
}

core::Expected<Spread> checked(std::string_view text, Spread spread) {
    if (spread.high < spread.low) {
        return core::bad_input(fmt::format("\"{}\": the second value must not be below the first", text));
    }
    if (spread.shape == Spread::Shape::LogNormal && spread.low <= 0) {
        return core::bad_input(fmt::format("\"{}\": the median of a log-normal spread must be above zero", text));
    }
    return spread;
}

std::string joined(const Spread& spread, const std::string& low, const std::string& high) {
    switch (spread.shape) {
        case Spread::Shape::Constant:
            return low;
        case Spread::Shape::Uniform:
            return low + ".." + high;
        case Spread::Shape::LogNormal:
            return low + "/" + high;
    }
    return low;
}

}  // namespace

double Spread::sample(core::Random& random) const {
    switch (shape) {
        case Shape::Constant:
            return low;
        case Shape::Uniform:
            return low + (high - low) * random.uniform();
        case Shape::LogNormal:
            return low * std::exp(std::log(high / low) / kNormalP99 * random.normal());
    }
    return low;
}

DurationSpread DurationSpread::constant(core::Duration value) { return {Spread::constant(static_cast<double>(value.count()))}; }

core::Duration DurationSpread::sample(core::Random& random) const {
    return core::Duration(std::llround(std::min(ns.sample(random), kLongestNs)));
}

std::uint32_t CountSpread::sample(core::Random& random) const {
    const double value = std::clamp(std::round(count.sample(random)), 1.0, static_cast<double>(std::numeric_limits<std::int32_t>::max()));
    return static_cast<std::uint32_t>(value);
}

core::Expected<DurationSpread> parse_duration_spread(std::string_view text) {
    const Bounds bounds = split_spread(text);
    const auto low = core::parse_duration(bounds.low);
    const auto high = core::parse_duration(bounds.high);
    if (!low || !high) {
        return core::bad_input(
            fmt::format("\"{}\" is no time, expected \"50ms\", \"20ms..80ms\" (uniform) or \"40ms/120ms\" (log-normal: p50/p99)", text));
    }
    return checked(text, {bounds.shape, static_cast<double>(low->count()), static_cast<double>(high->count())})
        .map([](const Spread& spread) { return DurationSpread{spread}; });
}

core::Expected<CountSpread> parse_count_spread(std::string_view text) {
    const Bounds bounds = split_spread(text);
    const auto low = core::parse_count(bounds.low);
    const auto high = core::parse_count(bounds.high);
    if (!low || !high || *low < 1 || *high > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())) {
        return core::bad_input(
            fmt::format("\"{}\" is no number from 1, expected \"100\", \"50..200\" (uniform) or \"100/400\" (log-normal: p50/p99)", text));
    }
    return checked(text, {bounds.shape, static_cast<double>(*low), static_cast<double>(*high)}).map([](const Spread& spread) {
        return CountSpread{spread};
    });
}

std::string spread_text(const DurationSpread& spread) {
    const auto text = [](double ns) { return core::duration_text(core::Duration(std::llround(ns))); };
    return joined(spread.ns, text(spread.ns.low), text(spread.ns.high));
}

std::string spread_text(const CountSpread& spread) {
    const auto text = [](double count) { return fmt::format("{:.0f}", count); };
    return joined(spread.count, text(spread.count.low), text(spread.count.high));
}

}  // namespace relaybench::relay
