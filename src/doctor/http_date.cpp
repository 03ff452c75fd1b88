#include "doctor/http_date.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

#include <fmt/format.h>

#include "core/calendar.h"

namespace relaybench::doctor {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view kShape = "Sun, 06 Nov 1994 08:49:37 GMT";

}  // namespace

std::optional<core::WallTime> parse_http_date(std::string_view text) {
    if (text.size() != kShape.size() || text.substr(26) != "GMT") {
        return std::nullopt;
    }
    for (std::size_t month = 0; month < kMonths.size(); ++month) {
        if (text.substr(8, 3) == kMonths[month]) {
            const auto time =
                core::parse_utc(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month + 1, text.substr(5, 2), text.substr(17, 8)));
            return time ? std::optional(*time) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<core::WallTime> peer_time(std::string_view date, std::string_view age) {
    constexpr std::uint32_t kMostSeconds = 0x7FFFFFFF;  // what caches say of more than that (RFC 9111 §1.2.2)
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(age.data(), age.data() + age.size(), seconds);
    const bool is_number = error == std::errc{} && end == age.data() + age.size() && seconds <= kMostSeconds;
    const auto time = parse_http_date(date);
    return time && is_number ? std::optional(*time + std::chrono::seconds(seconds)) : time;
}

}  // namespace relaybench::doctor
