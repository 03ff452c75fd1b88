#include "report/doctor_watch.h"

#include <fmt/format.h>

#include "report/doctor_parts.h"

namespace relaybench::report {
namespace {

using result::Diagnosis;

std::string what_changed(const Diagnosis* before, const Diagnosis& now) {
    if (before == nullptr) {
        return fmt::format("{} is watched", now.target);
    }
    const auto old = before->root_cause();
    return fmt::format("was {}{}", result::check_status_id(before->status()), old ? fmt::format(" ({})", before->at(*old).code) : "");
}

}  // namespace

std::string watch_lines(const Diagnosis* before, const Diagnosis& now, const Layout& layout) {
    const std::string opening = fmt::format("{}  {}  ", now.started_at, status_text(now.status(), layout));
    std::string lines = beside(status_style(now.status()), opening, what_changed(before, now), layout);
    if (const auto root = now.root_cause()) {
        const result::Finding& finding = now.at(*root);
        lines += beside(Style::Plain, "  ", fmt::format("{}: {}", finding.code, finding.cause), layout);
        lines += beside(Style::Plain, "  ", finding.fix, layout);
        return lines;
    }
    for (const result::FindingPlace place : now.also_seen()) {
        const result::Finding& finding = now.at(place);
        lines += beside(Style::Plain, "  ", fmt::format("{}: {}", finding.code, finding.cause), layout);
    }
    return lines;
}

}  // namespace relaybench::report
