#include "result/diagnosis.h"

#include <algorithm>
#include <array>

#include "core/secret_shapes.h"

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

bool is_same_verdict(const Diagnosis& a, const Diagnosis& b) {
    const auto code_of = [](const Diagnosis& diagnosis) {
        const auto root = diagnosis.root_cause();
        return root ? diagnosis.at(*root).code : std::string();
    };
    return a.status() == b.status() && code_of(a) == code_of(b);
}

void rewrite(CheckResult& check, const std::function<std::string(std::string_view)>& other) {
    check.summary = other(check.summary);
    check.blocked_by = other(check.blocked_by);
    for (Finding& finding : check.findings) {
        finding.cause = other(finding.cause);
        for (std::string& command : finding.commands)
            command = other(command);
    }
    check.works = other(check.works);
    for (std::string& each : check.unchecked)
        each = other(each);
    for (Evidence& evidence : check.evidence) {
        // Names hold addresses and paths ("resolver 10.0.0.53").
        evidence.name = other(evidence.name);
        evidence.value = other(evidence.value);
    }
}

void rewrite(Diagnosis& diagnosis, const std::function<std::string(std::string_view)>& other) {
    diagnosis.target = other(diagnosis.target);
    for (CheckResult& check : diagnosis.checks)
        rewrite(check, other);
    for (std::vector<std::string>* texts : {&diagnosis.works, &diagnosis.not_checked}) {
        for (std::string& each : *texts)
            each = other(each);
    }
}

void scrub(CheckResult& check, const std::vector<core::Secret>& secrets) {
    rewrite(check, [&](std::string_view text) { return core::without_secret_shapes(core::scrub(text, secrets)); });
}

void scrub(Diagnosis& diagnosis, const std::vector<core::Secret>& secrets) {
    rewrite(diagnosis, [&](std::string_view text) { return core::without_secret_shapes(core::scrub(text, secrets)); });
}

}  // namespace relaybench::result
