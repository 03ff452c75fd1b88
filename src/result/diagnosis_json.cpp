#include "result/diagnosis_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace relaybench::result {
namespace {

using DiagnosisJson = nlohmann::ordered_json;

constexpr int kDiagnosisSchema = 1;

double in_milliseconds(core::Duration duration) {
    constexpr double kNanosecondsPerMillisecond = 1e6;
    return static_cast<double>(duration.count()) / kNanosecondsPerMillisecond;
}

DiagnosisJson finding_json(const Finding& finding) {
    return {{"code", finding.code},
            {"title", finding.title},
            {"confidence", confidence_id(finding.confidence)},
            {"who", party_id(finding.who)},
            {"cause", finding.cause},
            {"fix", finding.fix},
            {"commands", finding.commands},
            {"doc", "doctor.md#" + finding.code}};
}

/// A name that was used before gets a number: nothing that was seen is lost.
std::string free_name(const DiagnosisJson& object, const std::string& name) {
    std::string candidate = name;
    for (int i = 2; object.contains(candidate); ++i)
        candidate = fmt::format("{} {}", name, i);
    return candidate;
}

DiagnosisJson evidence_json(const std::vector<Evidence>& evidence) {
    DiagnosisJson json = DiagnosisJson::object();
    for (const Evidence& each : evidence)
        json[free_name(json, each.name)] = each.value;
    return json;
}

DiagnosisJson check_json(const CheckResult& check) {
    DiagnosisJson findings = DiagnosisJson::array();
    for (const Finding& finding : check.findings)
        findings.push_back(finding_json(finding));
    DiagnosisJson json;
    json["id"] = check.id;
    json["category"] = check.category;
    json["status"] = check_status_id(check.status);
    json["summary"] = check.summary;
    json["required"] = check.required;
    json["findings"] = std::move(findings);
    json["evidence"] = evidence_json(check.evidence);
    json["needs"] = check.needs;
    json["blocked_by"] = check.blocked_by;
    json["started_ms"] = in_milliseconds(check.started);
    json["duration_ms"] = in_milliseconds(check.took);
    return json;
}

DiagnosisJson summary_json(const Diagnosis& diagnosis) {
    DiagnosisJson json;
    json["status"] = check_status_id(diagnosis.status());
    json["root_cause"] = nullptr;
    json["root_category"] = nullptr;
    if (const auto root = diagnosis.root_cause()) {
        DiagnosisJson cause{{"check", diagnosis.checks[root->check].id}};
        cause.update(finding_json(diagnosis.at(*root)));
        json["root_cause"] = std::move(cause);
        json["root_category"] = diagnosis.checks[root->check].category;
    }
    json["works"] = diagnosis.works;
    json["not_checked"] = diagnosis.not_checked;
    return json;
}

DiagnosisJson network_json(const NetworkFingerprint& network) {
    return {{"local_ip_class", network.local_ip_class},
            {"default_if_mtu", network.default_mtu ? DiagnosisJson(*network.default_mtu) : DiagnosisJson(nullptr)},
            {"resolver_count", network.resolvers},
            {"proxy_used", network.proxy_used}};
}

/// Everything but the checks.
DiagnosisJson frame_json(const Diagnosis& diagnosis, std::string_view kind) {
    DiagnosisJson json;
    json["schema_version"] = kDiagnosisSchema;
    json["kind"] = kind;
    json["run_id"] = diagnosis.run_id;
    json["tool_version"] = diagnosis.tool_version;
    json["started_at"] = diagnosis.started_at;
    json["target"] = diagnosis.target;
    json["mode"] = diagnosis.mode;
    json["network_fingerprint"] = network_json(diagnosis.network);
    json["summary"] = summary_json(diagnosis);
    return json;
}

std::string dumped(const DiagnosisJson& json, int indent) {
    return json.dump(indent, ' ', false, DiagnosisJson::error_handler_t::replace) + "\n";
}

constexpr int kIndent = 2;
constexpr int kOneLine = -1;

}  // namespace

std::string to_json(const Diagnosis& diagnosis) {
    DiagnosisJson checks = DiagnosisJson::array();
    for (const CheckResult& check : diagnosis.checks)
        checks.push_back(check_json(check));
    DiagnosisJson json = frame_json(diagnosis, "doctor");
    json["checks"] = std::move(checks);
    return dumped(json, kIndent);
}

std::string check_line(const std::string& run_id, const CheckResult& check) {
    DiagnosisJson json{{"schema_version", kDiagnosisSchema}, {"kind", "check"}, {"run_id", run_id}};
    json.update(check_json(check));
    return dumped(json, kOneLine);
}

std::string summary_line(const Diagnosis& diagnosis) { return dumped(frame_json(diagnosis, "summary"), kOneLine); }

std::string round_line(const Diagnosis& diagnosis, std::uint64_t round, Change change) {
    DiagnosisJson json = frame_json(diagnosis, "round");
    json["round"] = round;
    json["changed"] = change == Change::Yes;
    return dumped(json, kOneLine);
}

}  // namespace relaybench::result
