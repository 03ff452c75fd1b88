#include "report/terminal_doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/text.h"
#include "report/doctor_parts.h"

namespace relaybench::report {
namespace {

using result::CheckResult;
using result::CheckStatus;
using result::Diagnosis;
using result::Finding;

constexpr std::size_t kLabel = 14;

// In the order of Party.
constexpr std::array<std::string_view, 4> kParties = {"you, on this machine", "whoever runs your network", "whoever runs the relay",
                                                      "whoever makes the client program"};

std::string labelled(std::string_view label, std::string_view text, const Layout& layout) {
    return beside(Style::Faint, fmt::format("  {:<{}}", label, kLabel), text, layout);
}

std::string listed_ids(const Diagnosis& diagnosis, bool (*wanted)(const CheckResult&)) {
    std::string ids;
    for (const CheckResult& check : diagnosis.checks) {
        if (wanted(check))
            ids += (ids.empty() ? "" : ", ") + check.id;
    }
    return ids;
}

bool is_undecided(const CheckResult& check) {
    return check.required &&
           (check.status == CheckStatus::Inconclusive || check.status == CheckStatus::Error || check.status == CheckStatus::Skip);
}

/// The sentence that stands first.
std::string verdict(const Diagnosis& diagnosis) {
    if (const auto root = diagnosis.root_cause()) {
        const Finding& finding = diagnosis.at(*root);
        return finding.title.empty() ? finding.cause : finding.title + ".";
    }
    switch (diagnosis.status()) {
        case CheckStatus::Fail:
            return "A check failed and does not say why: " +
                   listed_ids(diagnosis, [](const CheckResult& check) { return check.status == CheckStatus::Fail; }) + ".";
        case CheckStatus::Inconclusive: {
            const std::string ids = listed_ids(diagnosis, is_undecided);
            return ids.empty() ? "Nothing was checked." : "Nothing failed, but it cannot be said that all is well; undecided: " + ids + ".";
        }
        case CheckStatus::Warn:
            return "Nothing failed, but something should be changed.";
        default:
            return "Everything that was checked works.";
    }
}

std::string root_lines(const Diagnosis& diagnosis, const Layout& layout) {
    const auto root = diagnosis.root_cause();
    if (!root)
        return {};
    const Finding& finding = diagnosis.at(*root);
    std::string text = "\n";
    if (!finding.title.empty())
        text += labelled("Here", finding.cause, layout);
    text += labelled("Who must act", kParties.at(static_cast<std::size_t>(finding.who)), layout);
    text += labelled("What to do", finding.fix, layout);
    for (const std::string& command : finding.commands)
        text += std::string(2 + kLabel, ' ') + layout.palette.paint(Style::Strong, shown_text(command, layout)) + "\n";
    return text + labelled("Finding",
                           fmt::format("{}, {}, by the check {}", finding.code, result::confidence_id(finding.confidence),
                                       diagnosis.checks[root->check].id),
                           layout);
}

std::string works_lines(const Diagnosis& diagnosis, const Layout& layout) {
    const std::string_view label = diagnosis.root_cause() ? "Still works" : "Works";
    std::string text;
    for (const std::string& each : diagnosis.works)
        text += labelled(text.empty() ? label : "", each, layout);
    return text;
}

std::string unchecked_lines(const Diagnosis& diagnosis, const Layout& layout) {
    std::string text;
    for (const std::string& each : diagnosis.not_checked)
        text += labelled(text.empty() ? "Not checked" : "", each, layout);
    return text;
}

std::string also_lines(const Diagnosis& diagnosis, const Layout& layout) {
    std::string text;
    for (const result::FindingPlace place : diagnosis.also_seen()) {
        const Finding& finding = diagnosis.at(place);
        const std::string_view label = !text.empty() ? "" : diagnosis.root_cause() ? "Also seen" : "Seen";
        text += labelled(label, fmt::format("{}: {}", finding.code, finding.cause), layout);
        text += labelled("", finding.fix, layout);
    }
    return text;
}

std::string summary(const Diagnosis& diagnosis, const Layout& layout) {
    const CheckStatus status = diagnosis.status();
    const std::string opening = status_text(status, layout) + "  ";
    return beside(status_style(status), opening, verdict(diagnosis), layout) + root_lines(diagnosis, layout) +
           works_lines(diagnosis, layout) + unchecked_lines(diagnosis, layout) + also_lines(diagnosis, layout) +
           labelled("Target", fmt::format("{} ({}, {})", diagnosis.target, diagnosis.mode, diagnosis.started_at), layout);
}

}  // namespace

std::string terminal_doctor(const Diagnosis& diagnosis, const Layout& layout) {
    std::string text = summary(diagnosis, layout);
    if (layout.detail == Detail::Quiet)
        return text;
    for (const std::string& part : {check_table(diagnosis, layout), to_be_forwarded(diagnosis, layout)}) {
        if (!part.empty())
            text += "\n" + part;
    }
    return text;
}

}  // namespace relaybench::report
