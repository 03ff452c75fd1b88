#include "report/progress_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "core/text.h"
#include "core/units.h"
#include "report/wrap.h"

namespace relaybench::report {
namespace {

using Phase = ProgressView::Phase;

/// Whole seconds: progress that flickers in its decimals is hard to read.
std::string seconds_text(core::Duration duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 3600;
    if (seconds >= kHour)
        return fmt::format("{} h {:02} m", seconds / kHour, seconds % kHour / kMinute);
    if (seconds >= kMinute)
        return fmt::format("{} m {:02} s", seconds / kMinute, seconds % kMinute);
    return fmt::format("{} s", seconds);
}

/// How much of the plan is done, 0..1.
std::optional<double> share_done(const ProgressView& view) {
    std::optional<double> share;
    if (view.planned && view.planned->count() > 0)
        share = static_cast<double>(view.elapsed.count()) / static_cast<double>(view.planned->count());
    if (view.planned_streams && *view.planned_streams > 0) {
        const double by_streams = static_cast<double>(view.done + view.failed) / static_cast<double>(*view.planned_streams);
        share = std::max(share.value_or(0), by_streams);
    }
    if (share)
        share = std::clamp(*share, 0.0, 1.0);
    return share;
}

std::string bar(double share) {
    constexpr std::size_t kWidth = 12;
    constexpr std::size_t kParts = 8;
    constexpr std::array<std::string_view, kParts> kPartial{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths = static_cast<std::size_t>(share * static_cast<double>(kWidth * kParts));
    std::string text;
    for (std::size_t i = 0; i < eighths / kParts; ++i)
        text += "█";
    text += kPartial.at(eighths % kParts);
    text.append(kWidth - core::display_width(text), ' ');
    return "▕" + text + "▏";
}

std::string time_text(const ProgressView& view) {
    if (view.phase == Phase::Warmup)
        return "warm-up " + seconds_text(view.elapsed);
    if (view.phase == Phase::Draining)
        return "draining " + seconds_text(view.elapsed);
    return view.planned ? fmt::format("{} of {}", seconds_text(view.elapsed), seconds_text(*view.planned)) : seconds_text(view.elapsed);
}

std::string done_text(const ProgressView& view) {
    const std::string done = core::human_count(static_cast<double>(view.done));
    return view.planned_streams ? fmt::format("{} of {} done", done, core::human_count(static_cast<double>(*view.planned_streams)))
                                : done + " done";
}

std::string ttft_text(const ProgressView& view) {
    if (!view.ttft_p50 || !view.ttft_p99)
        return {};
    return fmt::format("ttft p50 {} p99 {}", core::human_duration(*view.ttft_p50), core::human_duration(*view.ttft_p99));
}

struct Fact {
    std::string text;
    unsigned drop_order;  // the highest goes first; 0 stays
};

std::vector<Fact> facts(const ProgressView& view) {
    std::vector<Fact> facts{{time_text(view), 0}};
    if (const auto share = share_done(view))
        facts.push_back({bar(*share), 5});
    facts.push_back({core::human_count(static_cast<double>(view.open)) + " open", 3});
    facts.push_back({done_text(view), 1});
    facts.push_back({core::human_count(static_cast<double>(view.failed)) + " failed", 0});
    facts.push_back({core::human_count(view.chunks_per_s) + " chunks/s", 4});
    if (std::string ttft = ttft_text(view); !ttft.empty())
        facts.push_back({std::move(ttft), 2});
    if (const auto left = time_left(view))
        facts.push_back({seconds_text(*left) + " left", 6});
    return facts;
}

std::string joined(const std::vector<Fact>& facts) {
    std::string line;
    for (const Fact& fact : facts)
        line += (line.empty() ? "" : " · ") + fact.text;
    return line;
}

}  // namespace

std::optional<core::Duration> time_left(const ProgressView& view) {
    if (view.phase != Phase::Measuring)
        return std::nullopt;
    std::optional<core::Duration> left;
    if (view.planned)
        left = std::max(core::Duration{0}, *view.planned - view.elapsed);
    const std::uint64_t ended = view.done + view.failed;
    if (view.planned_streams && ended > 0) {
        const double remaining = static_cast<double>(*view.planned_streams - std::min(*view.planned_streams, ended));
        const double pace = static_cast<double>(view.elapsed.count()) / static_cast<double>(ended);
        constexpr double kLongest = 1e17;  // about three years: keeps the product within Duration
        const core::Duration by_streams{static_cast<std::int64_t>(std::min(remaining * pace, kLongest))};
        left = left ? std::min(*left, by_streams) : by_streams;
    }
    return left;
}

std::string progress_line(const ProgressView& view, std::size_t width) {
    std::vector<Fact> kept = facts(view);
    while (core::display_width(joined(kept)) > width) {
        const auto victim =
            std::max_element(kept.begin(), kept.end(), [](const Fact& a, const Fact& b) { return a.drop_order < b.drop_order; });
        if (victim->drop_order == 0)
            break;
        kept.erase(victim);
    }
    return cut_to_width(joined(kept), width);
}

std::string waiting_line(core::Duration left) {
    return fmt::format("waiting for --start-at: {} left", seconds_text(std::chrono::ceil<std::chrono::seconds>(left)));
}

std::string progress_log_line(const ProgressView& view) {
    std::vector<Fact> all = facts(view);
    constexpr unsigned kBar = 5;
    std::erase_if(all, [](const Fact& fact) { return fact.drop_order == kBar; });
    return joined(all) + "\n";
}

}  // namespace relaybench::report
