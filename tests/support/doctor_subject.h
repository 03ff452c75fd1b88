#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "doctor/check.h"
#include "doctor/examination.h"

namespace relaybench::test {

inline constexpr std::string_view kGoodKey = "hs_live_0123456789abcdefABCDEF0123456789";

/// A subject in a machine that is made of maps.
struct SubjectSpec {
    std::string url = "https://api.holysheep.ai/v1";
    std::string key = std::string(kGoodKey);
    std::map<std::string, std::string> environment = {};
    std::map<std::string, std::string> files = {};
};

inline doctor::Subject subject_of(const SubjectSpec& spec) {
    doctor::Subject subject;
    subject.url = spec.url;
    subject.keys = {{"environment variable RELAY_API_KEY", core::Secret(spec.key)}};
    subject.profile = doctor::guide_profile("api.holysheep.ai");
    subject.environment = [environment = spec.environment](const std::string& name) {
        const auto at = environment.find(name);
        return at == environment.end() ? std::nullopt : std::optional(at->second);
    };
    subject.read_file = [files = spec.files](const std::string& path) -> core::Expected<std::string> {
        const auto at = files.find(path);
        return at == files.end() ? core::Expected<std::string>(core::bad_input("no such file")) : at->second;
    };
    return subject;
}

inline doctor::Subject subject_with_key(std::string key) { return subject_of({.key = std::move(key)}); }
inline doctor::Subject subject_with_url(std::string url) { return subject_of({.url = std::move(url)}); }

/// "fail key.quoted key.whitespace", "pass".
inline std::string seen(const doctor::Outcome& outcome) {
    std::string text(result::check_status_id(outcome.status));
    for (const result::Finding& finding : outcome.findings) {
        text += " " + finding.code;
    }
    return text;
}

/// Everything that an outcome says, for searching.
inline std::string all_text(const doctor::Outcome& outcome) {
    std::string text = outcome.summary + "\n" + outcome.blocked_by + "\n";
    for (const result::Evidence& each : outcome.evidence) {
        text += each.name + ": " + each.value + "\n";
    }
    for (const result::Finding& finding : outcome.findings) {
        text += finding.cause + "\n" + finding.fix + "\n";
        for (const std::string& command : finding.commands) {
            text += command + "\n";
        }
    }
    return text;
}

inline std::string evidence(const doctor::Outcome& outcome, std::string_view name) {
    const auto at = std::ranges::find(outcome.evidence, name, &result::Evidence::name);
    return at == outcome.evidence.end() ? "(none)" : at->value;
}

}  // namespace relaybench::test
