#include "report/trace.h"

#include <fmt/format.h>
#include <cmath>

#include <algorithm>

#include "core/text.h"
#include "core/units.h"
#include "report/table.h"

namespace relaybench::report {
namespace {

constexpr std::size_t kMaxKind = 24;
constexpr std::size_t kMaxDetail = 400;
constexpr std::size_t kBarWidth = 10;

core::Duration longest_gap(const std::vector<TraceEvent>& events) {
    core::Duration longest{0};
    for (const TraceEvent& event : events)
        longest = std::max(longest, event.gap.value_or(core::Duration{0}));
    return longest;
}

std::string bar(core::Duration gap, core::Duration longest) {
    if (longest <= core::Duration{0} || gap <= core::Duration{0})
        return {};
    const double share = static_cast<double>(gap.count()) / static_cast<double>(longest.count());
    const auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(kBarWidth)));
    std::string text;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, length); ++i)
        text += "▪";
    return text;
}

/// The same unit in every line, so that the column can be read downwards.
std::string offset_text(core::Duration offset) {
    return fmt::format("{:.3f} ms", std::chrono::duration<double, std::milli>(offset).count());
}

}  // namespace

std::string trace_text(const std::vector<TraceEvent>& events, const Layout& layout) {
    const core::Duration longest = longest_gap(events);
    Table table({{"since start"}, {"gap"}, {"", Align::Left, 1}, {"event", Align::Left}, {"", Align::Left}});
    for (const TraceEvent& event : events) {
        const bool token = event.gap.has_value();
        table.add_row({{offset_text(event.offset)},
                       {token ? core::human_duration(*event.gap) : std::string{}},
                       {token ? bar(*event.gap, longest) : std::string{}, Style::Caution},
                       {core::printable(event.kind, kMaxKind), token ? Style::Plain : Style::Strong},
                       {core::printable(event.detail, kMaxDetail), Style::Faint}});
    }
    return table.render(layout);
}

}  // namespace relaybench::report
