#include "core/calendar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "core/text.h"

namespace relaybench::core {
namespace {

namespace chrono = std::chrono;

std::optional<int> whole(std::string_view digits) {
    int value = 0;
    const bool all_digits = std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return !digits.empty() && all_digits && parsed.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

/// "2026-11-21" or "04:15:00".
struct Three {
    int first = 0;
    int second = 0;
    int third = 0;
};

std::optional<Three> three(std::string_view text, char separator, std::size_t first_width) {
    const auto parts = split(text, separator);
    if (parts.size() != 3 || parts[0].size() != first_width || parts[1].size() != 2 || parts[2].size() != 2) {
        return std::nullopt;
    }
    const auto first = whole(parts[0]);
    const auto second = whole(parts[1]);
    const auto third = whole(parts[2]);
    return first && second && third ? std::optional(Three{*first, *second, *third}) : std::nullopt;
}

std::optional<chrono::sys_days> day_of(std::string_view text) {
    constexpr int kFirstYear = 1970;
    constexpr int kLastYear = 2200;
    const auto date = three(text, '-', 4);
    if (!date || date->first < kFirstYear || date->first > kLastYear) {
        return std::nullopt;
    }
    const chrono::year_month_day day{chrono::year(date->first), chrono::month(static_cast<unsigned>(date->second)),
                                     chrono::day(static_cast<unsigned>(date->third))};
    return day.ok() ? std::optional(chrono::sys_days(day)) : std::nullopt;
}

/// What follows the dot.
std::optional<Duration> fraction_of(std::string_view digits) {
    constexpr std::size_t kMostDigits = 9;
    const auto value = digits.size() <= kMostDigits ? whole(digits) : std::nullopt;
    if (!value) {
        return std::nullopt;
    }
    return Duration(std::llround(*value * std::pow(10.0, static_cast<double>(kMostDigits - digits.size()))));
}

std::optional<Duration> time_of_day(std::string_view text) {
    constexpr int kHours = 23;
    constexpr int kSixtieths = 59;
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto time = three(text.substr(0, dot), ':', 2);
    const auto fraction = dot == text.size() ? std::optional(Duration{0}) : fraction_of(text.substr(dot + 1));
    if (!time || !fraction || time->first > kHours || time->second > kSixtieths || time->third > kSixtieths) {
        return std::nullopt;
    }
    return chrono::hours(time->first) + chrono::minutes(time->second) + chrono::seconds(time->third) + *fraction;
}

}  // namespace

std::string utc_text(WallTime time) {
    const auto day = chrono::floor<chrono::days>(time);
    const chrono::year_month_day date(day);
    const chrono::hh_mm_ss<chrono::seconds> clock(chrono::floor<chrono::seconds>(time - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

Expected<WallTime> parse_utc(std::string_view text) {
    const std::size_t middle = std::min(text.find('T'), text.size());
    const bool is_utc = !text.empty() && text.back() == 'Z' && middle < text.size();
    const auto day = is_utc ? day_of(text.substr(0, middle)) : std::nullopt;
    const auto time = is_utc ? time_of_day(text.substr(middle + 1, text.size() - middle - 2)) : std::nullopt;
    if (!day || !time) {
        return bad_input(fmt::format("\"{}\" is no time in UTC such as 2026-11-21T04:15:00Z", printable(text, 80)));
    }
    return WallTime(*day) + *time;
}

}  // namespace relaybench::core
