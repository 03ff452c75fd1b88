#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "judge/compare.h"

namespace relaybench::judge {
namespace {

constexpr double kPercent = 100.0;
/// From twice as slow on, "3.1×" is easier to see than "210 %".
constexpr double kManyfold = 1.0;

/// Two significant digits, or as many as stand before the point: 0.42, 4.2, 4, 42, 420. Never an exponent.
std::string digits(double number) {
    constexpr double kTwoBeforePoint = 9.5;
    constexpr double kExponentBelow = 1e-4;
    if (std::isinf(number)) {
        return number < 0 ? "−∞" : "∞";
    }
    if (std::abs(number) < kExponentBelow) {
        return "0";
    }
    return std::abs(number) >= kTwoBeforePoint ? fmt::format("{:.0f}", number) : fmt::format("{:.2g}", number);
}

std::string signed_digits(double number) {
    const std::string text = digits(number);
    return number > 0 && text != "0" ? "+" + text : text;
}

std::string faster_words(const QuantileComparison& row, std::string_view name) {
    if (!row.interval || !row.change)
        return fmt::format("{} faster: the other arm never got there", name);
    return fmt::format("{} faster by {} % ({}…{})", name, digits(-*row.change * kPercent), digits(-row.interval->high * kPercent),
                       digits(-row.interval->low * kPercent));
}

std::string slower_words(const QuantileComparison& row, std::string_view name) {
    if (!row.interval || !row.change)
        return fmt::format("{} slower: it never got there", name);
    if (*row.change >= kManyfold) {
        return fmt::format("{} slower: {}× ({}…{})", name, digits(1 + *row.change), digits(1 + row.interval->low),
                           digits(1 + row.interval->high));
    }
    return fmt::format("{} slower by {} % ({}…{})", name, digits(*row.change * kPercent), digits(row.interval->low * kPercent),
                       digits(row.interval->high * kPercent));
}

std::string failing_words(const QuantileComparison& row, std::string_view name) {
    return other_looks_better(row) ? fmt::format("not called faster: {} fails too often", name)
                                   : fmt::format("{} not called slower: the other arm fails too often", name);
}

/// 368 → 370: two digits are all that "about" means.
std::uint64_t rounded_up(std::uint64_t count) {
    std::uint64_t step = 1;
    while (count / step >= 100)
        step *= 10;
    return (count + step - 1) / step * step;
}

/// Limits with their signs, or one number for an interval that holds "no change".
std::string reach_words(const result::ChangeInterval& interval) {
    if (interval.low > 0 || interval.high < 0)
        return fmt::format("{}…{} %", signed_digits(interval.low * kPercent), signed_digits(interval.high * kPercent));
    return fmt::format("±{} %", digits(std::max(std::abs(interval.low), std::abs(interval.high)) * kPercent));
}

std::string points(const ErrorComparison& comparison) {
    return fmt::format("{}…{}", signed_digits(comparison.low * kPercent), signed_digits(comparison.high * kPercent));
}

bool leaves_out_zero(double low, double high) { return low > 0 || high < 0; }

/// Why a row decides nothing although its interval leaves out "no change". The interval is of this row by itself, the finding is of all rows
/// together; and the test, which needs no interval, may not see it either.
std::string_view doubt_words(const QuantileComparison& row) {
    if (!leaves_out_zero(row.interval->low, row.interval->high))
        return "";
    return is_shown_alone(row) ? " by itself, may be chance among all rows" : ", but it may be chance";
}

std::string undecided_words(const QuantileComparison& row) {
    const bool infinite = !row.base || !row.base->value || !row.other || !row.other->value;
    if (row.interval ? std::isinf(row.interval->high) : infinite)
        return "undecided (it may lie among the failures)";
    if (!row.interval)
        return "no difference shown";
    const std::string_view doubt = doubt_words(row);
    if (row.streams_needed == 0)
        return fmt::format("no difference shown ({}{})", reach_words(*row.interval), doubt);
    return fmt::format("undecided ({}{}; need ≈ {})", reach_words(*row.interval), doubt, rounded_up(row.streams_needed));
}

/// The interval is a single row's: it may leave out zero where all rows together decide nothing.
std::string undecided_words(const ErrorComparison& comparison) {
    if (comparison.base == 0 && comparison.other == 0)
        return "no difference in failures shown";
    if (!leaves_out_zero(comparison.low, comparison.high))
        return fmt::format("no difference in failures shown ({} points)", points(comparison));
    return fmt::format("failures undecided ({} points, but it may be chance)", points(comparison));
}

}  // namespace

std::string verdict_words(const QuantileComparison& comparison, std::string_view other_name) {
    switch (comparison.finding) {
        case ComparisonFinding::Faster:
            return faster_words(comparison, other_name);
        case ComparisonFinding::Slower:
            return slower_words(comparison, other_name);
        case ComparisonFinding::NoDifference:
            return undecided_words(comparison);
        case ComparisonFinding::TooFewStreams:
            if (comparison.streams_needed == 0)
                return "not judged (gaps by stream were not kept)";
            return fmt::format("too few streams (need ≈ {})", rounded_up(comparison.streams_needed));
        case ComparisonFinding::FailsTooOften:
            return failing_words(comparison, other_name);
        case ComparisonFinding::NothingObserved:
            break;
    }
    return "nothing to compare";
}

std::string verdict_words(const QuantileComparison& comparison, const std::optional<ErrorComparison>& errors, std::string_view other_name) {
    std::string words = verdict_words(comparison, other_name);
    const bool other_wins = comparison.finding == ComparisonFinding::Faster;
    if (errors && other_wins && errors->finding == ComparisonFinding::Slower)
        words += ", but fails more";
    if (errors && comparison.finding == ComparisonFinding::Slower && errors->finding == ComparisonFinding::Faster)
        words += ", but fails less";
    return words;
}

bool other_looks_better(const QuantileComparison& comparison) {
    return comparison.change ? *comparison.change < 0 : comparison.other && comparison.other->value.has_value();
}

bool is_shown_alone(const QuantileComparison& comparison) {
    constexpr double kRisk = 0.05;
    return comparison.finding == ComparisonFinding::NoDifference && comparison.interval && comparison.p_value <= kRisk &&
           leaves_out_zero(comparison.interval->low, comparison.interval->high);
}

std::string verdict_words(const ErrorComparison& comparison, std::string_view other_name) {
    if (comparison.finding == ComparisonFinding::NoDifference)
        return undecided_words(comparison);
    return fmt::format("{} fails {} ({} points)", other_name, comparison.low > 0 ? "more" : "less", points(comparison));
}

}  // namespace relaybench::judge
