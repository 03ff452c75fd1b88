#include "result/diagnosis.h"

#include <algorithm>
#include <array>

namespace relaybench::result {
namespace {

// Each in the order of its enum.
constexpr std::array<std::string_view, 7> kCheckStatusIds = {"pass", "info", "warn", "fail", "skip", "inconclusive", "error"};
constexpr std::array<std::string_view, 3> kConfidenceIds = {"proven", "likely", "possible"};
constexpr std::array<std::string_view, 4> kPartyIds = {"you", "your-network", "relay", "client-software"};

bool has_failed(const CheckResult& check) { return check.status == CheckStatus::Fail; }

bool a_need_failed(const CheckResult& check, const std::vector<CheckResult>& checks) {
    return std::ranges::any_of(checks, [&check](const CheckResult& other) {
        return has_failed(other) && std::ranges::find(check.needs, other.id) != check.needs.end();
    });
}

bool is_symptom(const CheckResult& check, const std::vector<CheckResult>& checks) {
    return std::ranges::any_of(checks, [&check](const CheckResult& other) {
        return has_failed(other) && !other.findings.empty() && std::ranges::find(other.explains, check.id) != other.explains.end();
    });
}

bool is_undecided(const CheckResult& check) {
    return check.required &&
           (check.status == CheckStatus::Inconclusive || check.status == CheckStatus::Error || check.status == CheckStatus::Skip);
}

bool is_same(const std::optional<FindingPlace>& a, FindingPlace b) { return a && a->check == b.check && a->finding == b.finding; }

}  // namespace

std::string_view check_status_id(CheckStatus status) { return kCheckStatusIds.at(static_cast<std::size_t>(status)); }

std::string_view confidence_id(Confidence confidence) { return kConfidenceIds.at(static_cast<std::size_t>(confidence)); }

std::string_view party_id(Party party) { return kPartyIds.at(static_cast<std::size_t>(party)); }

std::optional<FindingPlace> Diagnosis::root_cause() const {
    std::optional<FindingPlace> beside;  // of a check that the others can do without
    for (std::size_t i = 0; i < checks.size(); ++i) {
        if (!has_failed(checks[i]) || checks[i].findings.empty() || a_need_failed(checks[i], checks) || is_symptom(checks[i], checks))
            continue;
        if (checks[i].required)
            return FindingPlace{i, 0};
        beside = beside.value_or(FindingPlace{i, 0});
    }
    return beside;
}

std::vector<FindingPlace> Diagnosis::also_seen() const {
    const auto root = root_cause();
    std::vector<FindingPlace> places;
    for (std::size_t i = 0; i < checks.size(); ++i) {
        if (!has_failed(checks[i]) && checks[i].status != CheckStatus::Warn)
            continue;
        for (std::size_t j = 0; j < checks[i].findings.size(); ++j) {
            if (!is_same(root, {i, j}))
                places.push_back({i, j});
        }
    }
    return places;
}

CheckStatus Diagnosis::status() const {
    if (std::ranges::any_of(checks, has_failed))
        return CheckStatus::Fail;
    if (checks.empty() || std::ranges::any_of(checks, is_undecided))
        return CheckStatus::Inconclusive;
    const bool warned = std::ranges::any_of(checks, [](const CheckResult& check) { return check.status == CheckStatus::Warn; });
    return warned ? CheckStatus::Warn : CheckStatus::Pass;
}

void scrub(Diagnosis& diagnosis, const std::vector<core::Secret>& secrets) {
    const auto clean = [&](std::string& text) { text = core::scrub(text, secrets); };
    clean(diagnosis.target);
    for (CheckResult& check : diagnosis.checks) {
        clean(check.summary);
        clean(check.blocked_by);
        for (Finding& finding : check.findings) {
            clean(finding.cause);
            std::ranges::for_each(finding.commands, clean);
        }
        for (Evidence& evidence : check.evidence)
            clean(evidence.value);
    }
}

}  // namespace relaybench::result
