#include "doctor/http_date.h"

#include <array>

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

}  // namespace relaybench::doctor
