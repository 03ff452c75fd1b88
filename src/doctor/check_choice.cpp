#include "doctor/check_choice.h"

#include <algorithm>
#include <set>

namespace relaybench::doctor {

namespace {

bool is_asked_for(const Check& check, const Subject& subject) {
    switch (check.kind) {
        case Check::Kind::Stream:
            return !subject.quick;
        case Check::Kind::Idle:
            return subject.idle;
        case Check::Kind::Control:
            return !subject.controls.empty();
        case Check::Kind::Real:
            return subject.real;
        default:
            return true;
    }
}

}  // namespace

bool is_named(std::string_view id, std::string_view pattern) {
    return pattern.ends_with('*') ? id.starts_with(pattern.substr(0, pattern.size() - 1)) : id == pattern;
}

std::vector<Check> chosen_checks(std::vector<Check> checks, const std::vector<std::string>& patterns, const Subject& subject) {
    std::erase_if(checks, [&](const Check& check) { return !is_asked_for(check, subject); });
    if (patterns.empty()) {
        return checks;
    }
    std::set<std::string_view> wanted;
    // Backwards: a check stands behind all that it needs.
    for (std::size_t i = checks.size(); i-- > 0;) {
        const Check& check = checks[i];
        const bool named = std::any_of(patterns.begin(), patterns.end(), [&](const auto& pattern) { return is_named(check.id, pattern); });
        if (named || wanted.contains(check.id)) {
            wanted.insert(check.id);
            wanted.insert(check.needs.begin(), check.needs.end());
            wanted.insert(check.after.begin(), check.after.end());
        }
    }
    std::erase_if(checks, [&](const Check& check) { return !wanted.contains(check.id); });
    return checks;
}

}  // namespace relaybench::doctor
