#include "result/diagnosis.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/file.h"
#include "result/diagnosis_json.h"
#include "support/sample_diagnosis.h"

namespace result = relaybench::result;
namespace test = relaybench::test;
using result::CheckStatus;
using result::Diagnosis;

namespace {

constexpr std::size_t kMaxBytes = 1U << 20U;

const std::filesystem::path kSource = RELAYBENCH_SOURCE_DIR;

result::Finding a_finding(std::string code) { return {.code = std::move(code), .cause = "It is so.", .fix = "Change it."}; }

result::CheckResult a_check(std::string id, CheckStatus status, std::string code) {
    return test::with_finding(std::move(id), status, "seen", a_finding(std::move(code)));
}

nlohmann::json parsed(const Diagnosis& diagnosis) { return nlohmann::json::parse(result::to_json(diagnosis)); }

}  // namespace

TEST_CASE("diagnosis: the ids are those of the document") {
    CHECK(result::check_status_id(CheckStatus::Pass) == "pass");
    CHECK(result::check_status_id(CheckStatus::Inconclusive) == "inconclusive");
    CHECK(result::check_status_id(CheckStatus::Error) == "error");
    CHECK(result::confidence_id(result::Confidence::Possible) == "possible");
    CHECK(result::party_id(result::Party::YourNetwork) == "your-network");
    CHECK(result::party_id(result::Party::ClientSoftware) == "client-software");
}

TEST_CASE("diagnosis: nothing failed, so nothing is the cause") {
    CHECK_FALSE(test::healthy_diagnosis().root_cause());
    CHECK(test::healthy_diagnosis().status() == CheckStatus::Pass);
}

TEST_CASE("diagnosis: the root cause is the first failed check that no failed check explains") {
    Diagnosis diagnosis;
    diagnosis.checks = {a_check("tls.verify", CheckStatus::Fail, "tls.expired"), a_check("dns.query", CheckStatus::Fail, "dns.nxdomain")};
    diagnosis.checks[0].needs = {"dns.query"};
    REQUIRE(diagnosis.root_cause());
    CHECK(diagnosis.at(*diagnosis.root_cause()).code == "dns.nxdomain");
    diagnosis.checks[0].needs = {"tcp.443"};
    CHECK(diagnosis.at(*diagnosis.root_cause()).code == "tls.expired");
}

TEST_CASE("diagnosis: a failure that a later one explains is not the cause, unless that one passed") {
    Diagnosis diagnosis;
    diagnosis.checks = {a_check("sse.headers", CheckStatus::Fail, "sse.not-a-stream"),
                        a_check("idle.sse", CheckStatus::Fail, "idle.keepalive-swallowed")};
    diagnosis.checks[1].explains = {"sse.headers"};
    REQUIRE(diagnosis.root_cause());
    CHECK(diagnosis.at(*diagnosis.root_cause()).code == "idle.keepalive-swallowed");
    CHECK(diagnosis.also_seen().size() == 1);
    diagnosis.checks[1].status = CheckStatus::Warn;
    CHECK(diagnosis.at(*diagnosis.root_cause()).code == "sse.not-a-stream");
}

TEST_CASE("diagnosis: a failed check without a finding is not the cause, but fails the examination") {
    Diagnosis diagnosis;
    diagnosis.checks = {test::passed("tcp.443", "")};
    diagnosis.checks[0].status = CheckStatus::Fail;
    CHECK_FALSE(diagnosis.root_cause());
    CHECK(diagnosis.status() == CheckStatus::Fail);
}

TEST_CASE("diagnosis: also seen is every other finding of failed and warning checks, in order") {
    Diagnosis diagnosis;
    diagnosis.checks = {a_check("url.parse", CheckStatus::Warn, "url.untidy"), a_check("tcp.443", CheckStatus::Fail, "tcp.refused"),
                        a_check("http.version", CheckStatus::Info, "http.no-h2")};
    diagnosis.checks[1].findings.push_back(a_finding("tcp.only-80"));
    std::vector<std::string> codes;
    for (const auto place : diagnosis.also_seen()) {
        codes.push_back(diagnosis.at(place).code);
    }
    CHECK(codes == std::vector<std::string>{"url.untidy", "tcp.only-80"});
}

TEST_CASE("diagnosis: a required check that did not decide is never well; an optional one may be") {
    for (const CheckStatus status : {CheckStatus::Inconclusive, CheckStatus::Error, CheckStatus::Skip}) {
        Diagnosis diagnosis = test::healthy_diagnosis();
        diagnosis.checks[2].status = status;
        CHECK(diagnosis.status() == CheckStatus::Inconclusive);
        diagnosis.checks[2].required = false;
        CHECK(diagnosis.status() == CheckStatus::Pass);
    }
    CHECK(Diagnosis{}.status() == CheckStatus::Inconclusive);
}

TEST_CASE("diagnosis: fail outranks inconclusive, which outranks warn") {
    Diagnosis diagnosis = test::healthy_diagnosis();
    diagnosis.checks[0].status = CheckStatus::Warn;
    CHECK(diagnosis.status() == CheckStatus::Warn);
    diagnosis.checks[1].status = CheckStatus::Inconclusive;
    CHECK(diagnosis.status() == CheckStatus::Inconclusive);
    diagnosis.checks[2].status = CheckStatus::Fail;
    CHECK(diagnosis.status() == CheckStatus::Fail);
}

TEST_CASE("diagnosis json: the root cause stands in the summary with its check and category") {
    const auto json = parsed(test::intercepted_diagnosis());
    CHECK(json["schema_version"] == 1);
    CHECK(json["kind"] == "doctor");
    CHECK(json["summary"]["status"] == "fail");
    CHECK(json["summary"]["root_cause"]["check"] == "tls.verify");
    CHECK(json["summary"]["root_cause"]["code"] == "tls.intercepted-untrusted");
    CHECK(json["summary"]["root_cause"]["who"] == "your-network");
    CHECK(json["summary"]["root_category"] == "tls");
    CHECK(json["checks"][4]["blocked_by"] == "tls.verify");
    CHECK(json["checks"][2]["duration_ms"] == 21.0);
}

TEST_CASE("diagnosis json: without a failure the root cause is null, not absent") {
    const auto json = parsed(test::healthy_diagnosis());
    CHECK(json["summary"]["root_cause"].is_null());
    CHECK(json["summary"]["root_category"].is_null());
}

TEST_CASE("diagnosis json: evidence of the same name is kept, and bytes that are no UTF-8 are replaced") {
    Diagnosis diagnosis = test::healthy_diagnosis();
    diagnosis.checks[0].evidence = {{"address", "192.0.2.1"}, {"address", "192.0.2.2"}, {"odd", "\xff"}};
    const auto evidence = parsed(diagnosis)["checks"][0]["evidence"];
    CHECK(evidence["address"] == "192.0.2.1");
    CHECK(evidence["address 2"] == "192.0.2.2");
    CHECK(evidence["odd"] == "\uFFFD");
}

TEST_CASE("diagnosis lines: a check's line has the fields of the document, the summary's line all but the checks") {
    const Diagnosis diagnosis = test::intercepted_diagnosis();
    const auto document = parsed(diagnosis);
    const std::string line = result::check_line(diagnosis.run_id, diagnosis.checks[3]);
    CHECK(line.find('\n') == line.size() - 1);
    const auto check = nlohmann::json::parse(line);
    CHECK(check["kind"] == "check");
    CHECK(check["run_id"] == document["run_id"]);
    for (const auto& member : document["checks"][3].items()) {
        CAPTURE(member.key());
        CHECK(check[member.key()] == member.value());
    }
    const auto summary = nlohmann::json::parse(result::summary_line(diagnosis));
    CHECK(summary["kind"] == "summary");
    CHECK(summary["summary"] == document["summary"]);
    CHECK_FALSE(summary.contains("checks"));
    const auto round = nlohmann::json::parse(result::round_line(diagnosis, 3, result::Change::Yes));
    CHECK(round["kind"] == "round");
    CHECK(round["round"] == 3);
    CHECK(round["changed"] == true);
}

TEST_CASE("diagnosis: a verdict is a status and the code of its cause") {
    CHECK(result::is_same_verdict(test::healthy_diagnosis(), test::healthy_diagnosis()));
    CHECK_FALSE(result::is_same_verdict(test::healthy_diagnosis(), test::expired_diagnosis()));
    CHECK_FALSE(result::is_same_verdict(test::intercepted_diagnosis(), test::expired_diagnosis()));
    Diagnosis later = test::expired_diagnosis();
    later.started_at = "2026-11-21T15:00:00Z";
    later.checks[3].findings[0].cause = "Other words.";
    CHECK(result::is_same_verdict(test::expired_diagnosis(), later));
}

TEST_CASE("diagnosis: scrubbing reaches every text from outside, also what is a secret by its looks alone") {
    Diagnosis diagnosis = test::intercepted_diagnosis();
    const std::string secret = "hs_live_0123456789abcdef";
    const std::string text = secret + " and http://user:hidden@proxy.example";
    diagnosis.target = text;
    diagnosis.works = {text};
    diagnosis.checks[3].summary = text;
    diagnosis.checks[3].blocked_by = text;
    diagnosis.checks[3].findings[0].cause = text;
    diagnosis.checks[3].findings[0].commands = {text};
    diagnosis.checks[3].works = text;
    diagnosis.checks[3].evidence = {{"seen by " + text, text}};
    result::scrub(diagnosis, {relaybench::core::Secret(secret)});
    const std::string document = result::to_json(diagnosis);
    CHECK(document.find(secret) == std::string::npos);
    CHECK(document.find("hidden") == std::string::npos);
    CHECK(diagnosis.checks[3].works == diagnosis.works.front());
    CHECK(diagnosis.checks[3].evidence[0].name == "seen by " + diagnosis.checks[3].evidence[0].value);
}

TEST_CASE("diagnosis json: what the schema requires is there") {
    const auto text = relaybench::core::read_file(kSource / "docs/doctor.schema.json", kMaxBytes);
    REQUIRE(text);
    const auto schema = nlohmann::json::parse(*text);
    const auto json = parsed(test::intercepted_diagnosis());
    const auto check_required = [](const nlohmann::json& rules, const nlohmann::json& value) {
        for (const auto& name : rules["required"]) {
            CAPTURE(name);
            CHECK(value.contains(name));
        }
        CHECK(rules["required"].size() == rules["properties"].size());
        CHECK(value.size() == rules["properties"].size());
    };
    check_required(schema, json);
    check_required(schema["properties"]["summary"], json["summary"]);
    check_required(schema["$defs"]["check"], json["checks"][3]);
    check_required(schema["$defs"]["finding"], json["checks"][3]["findings"][0]);
}

TEST_CASE(
    "diagnosis json: the samples that a validator of others reads are what is written (RELAYBENCH_UPDATE_GOLDEN=1 writes them anew)") {
    for (const auto& [name, diagnosis] :
         {std::pair{"doctor_fail.json", test::intercepted_diagnosis()}, std::pair{"doctor_pass.json", test::healthy_diagnosis()}}) {
        const auto path = kSource / "tests/e2e/schema" / name;
        if (std::getenv("RELAYBENCH_UPDATE_GOLDEN") != nullptr) {
            REQUIRE(relaybench::core::write_file_atomically(path, result::to_json(diagnosis)));
        }
        const auto sample = relaybench::core::read_file(path, kMaxBytes);
        REQUIRE(sample);
        CHECK(*sample == result::to_json(diagnosis));
    }
}
