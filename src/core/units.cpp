#include "core/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::core {
namespace {

struct TimeUnit {
    std::string_view name;
    std::int64_t nanoseconds;
};

/// Largest first.
constexpr std::array<TimeUnit, 6> kTimeUnits = {
    {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000}, {"ms", 1'000'000}, {"us", 1'000}, {"ns", 1}}};

constexpr std::size_t kMostDecimals = 18;
constexpr std::size_t kMostShown = 60;

__extension__ using Wide = __int128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view take_while(std::string_view& text, bool (*wanted)(char)) {
    std::size_t length = 0;
    while (length < text.size() && wanted(text[length])) {
        ++length;
    }
    const std::string_view taken = text.substr(0, length);
    text.remove_prefix(length);
    return taken;
}

std::optional<std::int64_t> unit_nanoseconds(std::string_view name) {
    if (name == "\u00b5s" || name == "\u03bcs") {  // micro sign, Greek mu
        name = "us";
    }
    for (const TimeUnit& unit : kTimeUnits) {
        if (unit.name == name) {
            return unit.nanoseconds;
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> whole_number(std::string_view digits) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size() ? std::optional(value) : std::nullopt;
}

/// `decimals` (the digits after the point) of `unit` in nanoseconds; nothing when finer than that. Integers throughout: 0.1s is exactly 100 ms.
std::optional<std::int64_t> fraction_of(std::int64_t unit, std::string_view decimals) {
    while (decimals.ends_with('0')) {
        decimals.remove_suffix(1);
    }
    if (decimals.empty()) {
        return 0;
    }
    const std::optional<std::int64_t> numerator = whole_number(decimals);
    if (!numerator || decimals.size() > kMostDecimals) {
        return std::nullopt;
    }
    Wide denominator = 1;
    for (std::size_t i = 0; i < decimals.size(); ++i) {
        denominator *= 10;
    }
    const Wide product = static_cast<Wide>(*numerator) * unit;
    return product % denominator == 0 ? std::optional(static_cast<std::int64_t>(product / denominator)) : std::nullopt;
}

std::optional<std::int64_t> sum_of(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? std::nullopt : std::optional(sum);
}

/// Takes one number with its unit ("1.5s") off `text`; nothing when there is none that can be kept exactly.
std::optional<std::int64_t> take_term(std::string_view& text) {
    const std::string_view whole = take_while(text, is_digit);
    std::string_view decimals;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        decimals = take_while(text, is_digit);
    }
    if (whole.empty() && decimals.empty()) {
        return std::nullopt;
    }
    const auto unit = unit_nanoseconds(take_while(text, [](char c) { return !is_digit(c) && c != '.'; }));
    const auto number = whole.empty() ? std::optional<std::int64_t>(0) : whole_number(whole);
    std::int64_t product = 0;
    if (!unit || !number || __builtin_mul_overflow(*number, *unit, &product)) {
        return std::nullopt;
    }
    const auto fraction = fraction_of(*unit, decimals);
    return fraction ? sum_of(product, *fraction) : std::nullopt;
}

/// A finite, non-negative decimal number without exponent or sign, and nothing after it.
std::optional<double> plain_number(std::string_view text) {
    double value = 0;
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value, std::chars_format::fixed);
    const bool usable = error == std::errc() && end == last && std::isfinite(value) && !std::signbit(value);
    return usable ? std::optional(value) : std::nullopt;
}

/// "1.5s"; empty when the unit is larger than the duration or would need an endless fraction.
std::string exact_in(std::uint64_t nanoseconds, const TimeUnit& unit) {
    const auto size = static_cast<std::uint64_t>(unit.nanoseconds);
    if (nanoseconds < size) {
        return {};
    }
    std::string decimals;
    std::uint64_t rest = nanoseconds % size;
    while (rest != 0 && decimals.size() < kMostDecimals) {
        rest *= 10;
        decimals.push_back(static_cast<char>('0' + rest / size));
        rest %= size;
    }
    return rest != 0 ? std::string() : fmt::format("{}{}{}{}", nanoseconds / size, decimals.empty() ? "" : ".", decimals, unit.name);
}

std::string without_suffix(std::string_view text, std::string_view suffix) {
    return std::string(trimmed(text.substr(0, text.size() - suffix.size())));
}

}  // namespace

Expected<Duration> parse_duration(std::string_view text) {
    std::string_view rest = text;
    std::optional<std::int64_t> total = rest.empty() ? std::nullopt : std::optional<std::int64_t>(0);
    while (total && !rest.empty()) {
        const std::optional<std::int64_t> term = take_term(rest);
        total = term ? sum_of(*total, *term) : std::nullopt;
    }
    if (!total) {
        return bad_input(fmt::format("\"{}\" is not a duration: expected a number with a unit (ns, us, ms, s, m, h) such as 500ms or 1m30s",
                                     printable(text, kMostShown)));
    }
    return Duration(*total);
}

Expected<double> parse_rate(std::string_view text) {
    struct Suffix {
        std::string_view name;
        double seconds;
    };
    constexpr std::array<Suffix, 3> kSuffixes = {{{"/s", 1}, {"/min", 60}, {"/h", 3600}}};
    std::optional<double> rate = plain_number(text);
    for (const Suffix& suffix : kSuffixes) {
        if (text.ends_with(suffix.name)) {
            rate = plain_number(without_suffix(text, suffix.name));
            rate = rate ? std::optional(*rate / suffix.seconds) : std::nullopt;
        }
    }
    if (!rate) {
        return bad_input(
            fmt::format("\"{}\" is not a rate: expected a number with /s, /min or /h such as 20/s or 60/min", printable(text, kMostShown)));
    }
    return *rate;
}

Expected<double> parse_ratio(std::string_view text) {
    const bool percent = text.ends_with('%');
    std::optional<double> ratio = plain_number(percent ? without_suffix(text, "%") : std::string(text));
    if (ratio && percent) {
        ratio = *ratio / 100;
    }
    if (!ratio || *ratio > 1) {
        return bad_input(
            fmt::format("\"{}\" is not a ratio: expected 0 to 1, or 0% to 100%, such as 0.05 or 5%", printable(text, kMostShown)));
    }
    return *ratio;
}

Expected<std::uint64_t> parse_count(std::string_view text) {
    std::string_view rest = text;
    const std::string_view digits = take_while(rest, is_digit);
    const std::uint64_t factor = rest == "k" ? 1'000 : (rest == "M" ? 1'000'000 : 1);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    std::uint64_t product = 0;
    const bool fits = error == std::errc() && end == digits.data() + digits.size() && !__builtin_mul_overflow(value, factor, &product);
    if (digits.empty() || (factor == 1 && !rest.empty()) || !fits) {
        return bad_input(
            fmt::format("\"{}\" is not a count: expected a whole number, with k or M for thousands or millions, such as 200 or 10k",
                        printable(text, kMostShown)));
    }
    return product;
}

// A unit that is larger than the duration would give "0.5s" for half a second: such forms are left out although they may be shorter.
std::string duration_text(Duration duration) {
    const bool negative = duration < Duration::zero();
    const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(duration.count()) : static_cast<std::uint64_t>(duration.count());
    if (magnitude == 0) {
        return "0s";
    }
    std::string shortest;
    for (const TimeUnit& unit : kTimeUnits) {
        const std::string text = exact_in(magnitude, unit);
        if (!text.empty() && (shortest.empty() || text.size() < shortest.size())) {
            shortest = text;
        }
    }
    return (negative ? "-" : "") + shortest;
}

}  // namespace relaybench::core
