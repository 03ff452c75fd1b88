#include "doctor/catalogue_json.h"

#include <array>

#include <nlohmann/json.hpp>

#include "doctor/check.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {
namespace {

using CatalogueJson = nlohmann::ordered_json;

std::string_view kind_id(Check::Kind kind) {
    constexpr std::array<std::string_view, 6> kIds = {"static", "network", "stream", "idle", "control", "real"};
    return kIds.at(static_cast<std::size_t>(kind));
}

CatalogueJson check_json(const Check& check) {
    return {{"id", check.id},       {"category", check.category},  {"question", check.question},
            {"needs", check.needs}, {"kind", kind_id(check.kind)}, {"required", check.weight == Check::Weight::Required}};
}

CatalogueJson code_json(const FindingCode& code) {
    return {{"code", code.code}, {"who", result::party_id(code.who)}, {"title", code.title}, {"meaning", code.meaning}, {"fix", code.fix}};
}

}  // namespace

std::string catalogue_json() {
    CatalogueJson json{
        {"schema_version", 1}, {"kind", "doctor-catalogue"}, {"checks", CatalogueJson::array()}, {"findings", CatalogueJson::array()}};
    for (const Check& check : catalogue()) {
        json["checks"].push_back(check_json(check));
    }
    for (const FindingCode& code : finding_codes()) {
        json["findings"].push_back(code_json(code));
    }
    constexpr int kIndent = 2;
    return json.dump(kIndent) + "\n";
}

}  // namespace relaybench::doctor
