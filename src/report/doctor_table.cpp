#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/text.h"
#include "core/units.h"
#include "report/doctor_parts.h"

namespace relaybench::report {
namespace {

using result::CheckResult;
using result::CheckStatus;

struct Widths {
    std::size_t status = 0;
    std::size_t id = 0;
    std::size_t took = 0;
};

std::string took_text(const CheckResult& check, const Layout& layout) {
    // What took no time is not worth a figure.
    constexpr core::Duration kWorthTelling = std::chrono::milliseconds(1);
    const bool ran = check.status != CheckStatus::Skip && check.took >= kWorthTelling;
    return ran ? shown_text(core::human_duration(check.took), layout) : "";
}

Widths widths_of(const result::Diagnosis& diagnosis, const Layout& layout) {
    Widths widths;
    for (const CheckResult& check : diagnosis.checks) {
        widths.status = std::max(widths.status, core::display_width(status_text(check.status, layout)));
        widths.id = std::max(widths.id, core::display_width(shown_text(check.id, layout)));
        widths.took = std::max(widths.took, core::display_width(took_text(check, layout)));
    }
    return widths;
}

std::string padded_left(std::string text, std::size_t width) {
    text.insert(0, width - std::min(width, core::display_width(text)), ' ');
    return text;
}

std::string padded_right(std::string text, std::size_t width) {
    text.append(width - std::min(width, core::display_width(text)), ' ');
    return text;
}

/// A check is blocked by another one, or does not apply for a reason in words.
bool is_check_id(std::string_view text) { return text.find('.') != std::string_view::npos && text.find(' ') == std::string_view::npos; }

std::string seen(const CheckResult& check) {
    if (check.status != CheckStatus::Skip)
        return check.summary;
    if (check.blocked_by.empty() || check.blocked_by == "interrupted")
        return check.blocked_by.empty() ? "did not run" : check.blocked_by;
    return (is_check_id(check.blocked_by) ? "blocked by " : "does not apply: ") + check.blocked_by;
}

/// The mark alone is coloured; the lines of the summary stand below each other.
std::string check_line(const CheckResult& check, const Widths& widths, const Layout& layout) {
    const std::string status = padded_right(status_text(check.status, layout), widths.status);
    const std::string rest = "  " + padded_right(shown_text(check.id, layout), widths.id) +
                             (widths.took == 0 ? "" : "  " + padded_left(took_text(check, layout), widths.took)) + "  ";
    std::string lines = beside(Style::Plain, "  " + status + rest, seen(check), layout);
    return "  " + layout.palette.paint(status_style(check.status), status) + lines.substr(2 + status.size());
}

bool is_evidence_shown(const CheckResult& check, const Layout& layout) {
    const bool quiet = check.status == CheckStatus::Pass || check.status == CheckStatus::Info || check.status == CheckStatus::Skip;
    return !quiet || layout.detail == Detail::Verbose;
}

std::string evidence_lines(const CheckResult& check, const Widths& widths, const Layout& layout) {
    std::string lines;
    const std::string indent(2 + widths.status + 2, ' ');
    for (const result::Evidence& each : check.evidence)
        lines += beside(Style::Plain, indent + shown_text(each.name, layout) + ": ", each.value, layout);
    return lines;
}

}  // namespace

std::string check_table(const result::Diagnosis& diagnosis, const Layout& layout) {
    const Widths widths = widths_of(diagnosis, layout);
    std::string text;
    std::string_view category;
    for (const CheckResult& check : diagnosis.checks) {
        if (check.category != category)
            text += layout.palette.paint(Style::Strong, shown_text(check.category, layout)) + "\n";
        category = check.category;
        text += check_line(check, widths, layout);
        if (is_evidence_shown(check, layout))
            text += evidence_lines(check, widths, layout);
    }
    return text;
}

}  // namespace relaybench::report
