#include "report/hlog_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <string_view>

#include "core/text.h"
#include "stats/hlog.h"

namespace relaybench::report {
namespace {

std::string tag_of(const result::ArmResult& arm, const result::MetricInfo& info) {
    std::string tag = core::printable(arm.name, 100) + "." + std::string(info.id);
    std::replace_if(
        tag.begin(), tag.end(), [](char c) { return c == ',' || c == ' '; }, '_');
    return tag;
}

std::optional<int> number_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (text.size() < at + digits)
        return std::nullopt;
    int number = 0;
    const char* end = text.data() + at + digits;
    const auto [stop, error] = std::from_chars(text.data() + at, end, number);
    if (error != std::errc{} || stop != end || number < 0)
        return std::nullopt;
    return number;
}

/// "2026-11-21T00:00:00Z", with or without a fraction (ignored); the epoch when it is anything else.
core::WallTime wall_time(std::string_view rfc3339) {
    const auto year = number_at(rfc3339, 0, 4);
    const auto month = number_at(rfc3339, 5, 2);
    const auto day = number_at(rfc3339, 8, 2);
    const auto hour = number_at(rfc3339, 11, 2);
    const auto minute = number_at(rfc3339, 14, 2);
    const auto second = number_at(rfc3339, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second)
        return core::WallTime{};
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok())
        return core::WallTime{};
    return core::WallTime{std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                          std::chrono::seconds(*second)};
}

void add(stats::Hlog& log, const result::ArmResult& arm, const result::MetricInfo& info, core::Duration window) {
    const result::Distribution& distribution = arm.metric(info.metric);
    if (distribution.never() + distribution.censored() > 0) {
        log.comments.push_back(fmt::format("{}: {} never, {} cut off at the end of the run; neither is in the histogram", tag_of(arm, info),
                                           distribution.never(), distribution.censored()));
    }
    if (distribution.answered() == 0)
        return;
    log.intervals.push_back({tag_of(arm, info), core::Duration{0}, window, distribution.histogram()});
}

}  // namespace

core::Expected<std::string> hlog_report(const result::RunResult& run) {
    stats::Hlog log;
    log.start_time = wall_time(run.provenance.started_at);
    log.comments.emplace_back("relaybench " + core::printable(run.provenance.version, 100) + ", latencies in microseconds");
    for (const result::ArmResult& arm : run.arms) {
        for (const result::MetricInfo& info : result::metrics())
            add(log, arm, info, run.provenance.duration);
    }
    return stats::write_hlog(log);
}

}  // namespace relaybench::report
