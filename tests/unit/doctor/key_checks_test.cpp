#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "doctor/static_checks.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace core = relaybench::core;
namespace result = relaybench::result;
namespace test = relaybench::test;

namespace {

const std::string kGood(test::kGoodKey);

/// What the two checks of a key's text say, the second only where the first did not fail.
std::string key_verdict(const std::string& key) {
    const doctor::Subject subject = test::subject_with_key(key);
    const doctor::Outcome bytes = doctor::check_key_bytes(subject);
    if (bytes.status == result::CheckStatus::Fail) {
        return "bytes: " + test::seen(bytes);
    }
    const doctor::Outcome format = doctor::check_key_format(subject);
    const std::string trimmed = bytes.status == result::CheckStatus::Warn ? "bytes: " + test::seen(bytes) + ", " : "";
    return trimmed + "format: " + test::seen(format);
}

struct KeyCase {
    std::string key;
    std::string verdict;
};

}  // namespace

TEST_CASE("key: every rule of the guides is told by its own finding") {
    const std::vector<KeyCase> cases = {
        {kGood, "format: pass"},
        {"hs_live_0123456789abcdef", "format: pass"},
        {"HS-a1b2c3d4-e5f6-a7b8", "format: pass"},
        {kGood + "\n", "bytes: warn key.whitespace, format: pass"},
        {"  " + kGood, "bytes: warn key.whitespace, format: pass"},
        {kGood + "\r\n", "bytes: fail key.whitespace"},
        {"hs_live_0123456789abcdef ABCDEF0123456789", "bytes: fail key.whitespace"},
        {kGood + "\u00a0", "bytes: fail key.invisible-char"},
        {"\ufeff" + kGood, "bytes: fail key.invisible-char"},
        {"hs_live_\u200b0123456789abcdef", "bytes: fail key.invisible-char"},
        {"hs_live_0123456789abcd\u0435f", "bytes: fail key.invisible-char"},
        {std::string("hs_live_\0abc", 12), "bytes: fail key.invisible-char"},
        {"hs_live_\xff\xfe", "bytes: fail key.invisible-char"},
        {"\"" + kGood + "\"", "bytes: fail key.quoted"},
        {"'" + kGood + "'", "bytes: fail key.quoted"},
        {"\u201c" + kGood + "\u201d", "bytes: fail key.quoted"},
        {"Bearer " + kGood, "format: fail key.bearer-prefix"},
        {"bearer" + kGood, "format: fail key.bearer-prefix"},
        {"$HS_KEY", "format: fail key.unexpanded-variable"},
        {"${RELAY_API_KEY}", "format: fail key.unexpanded-variable"},
        {"%RELAY_API_KEY%", "format: fail key.unexpanded-variable"},
        {"{{ secrets.KEY }}", "format: fail key.unexpanded-variable"},
        {"process.env.RELAY_API_KEY", "format: fail key.unexpanded-variable"},
        {"YOUR_HOLYSHEEP_API_KEY", "format: fail key.placeholder"},
        {"<your key here>", "format: fail key.placeholder"},
        {"HS-xxxxxxxx-xxxx-xxxx", "format: fail key.placeholder"},
        {"hs_live_" + std::string(32, 'a'), "format: fail key.placeholder"},
        {"hs_live_0123****cdef", "format: fail key.masked-copy"},
        {"hs_live_…cdef", "format: fail key.masked-copy"},
        {"hs_live_••••••••cdef", "format: fail key.masked-copy"},
        {"RELAY_API_KEY=" + kGood, "format: fail key.assignment"},
        {"export RELAY_API_KEY=" + kGood, "format: fail key.assignment"},
        {"https://api.holysheep.ai/v1", "format: fail key.url"},
        {"sk-ant-api03-abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"sk-proj-abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"sk-or-v1-0123456789abcdef", "format: fail key.wrong-provider"},
        {"AIzaSyA1234567890abcdefghijklmnopqrstuv", "format: fail key.wrong-provider"},
        {"gsk_abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"xai-abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"hf_abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"ghp_abcdefghijklmnop", "format: fail key.wrong-provider"},
        {"AKIAIOSFODNN7EXAMPLE", "format: fail key.wrong-provider"},
        {"HS_LIVE_0123456789ABCDEFABCDEF0123456789", "format: warn key.case-changed"},
        {"hs-a1b2c3d4-e5f6-a7b8", "format: warn key.case-changed"},
        {"hs_live_0123456789", "format: warn key.truncated"},
        {"HS-a1b2c3d4-e5", "format: warn key.truncated"},
        {"hs_test_0123456789abcdefABCDEF0123456789", "format: warn key.test-key"},
        {"q7Zt0aPq8Lm2Wx4Rb6Ny", "format: warn key.unknown-format"},
        {kGood + kGood, "format: fail key.two-keys"},
        {kGood + "," + "HS-a1b2c3d4-e5f6-a7b8", "format: fail key.two-keys"},
        {"HS-a1b2c3d4-e5f6-a7b8HS-a1b2c3d4-e5f6-a7b9", "format: fail key.two-keys"},
        {"aHNfbGl2ZV8wMTIzNDU2Nzg5YWJjZGVmQUJDREVGMDEyMzQ1Njc4OQ==", "format: fail key.encoded"},
        {"aHNfbGl2ZV8wMTIzNDU2Nzg5YWJjZGVmQUJDREVGMDEyMzQ1Njc4OQo", "format: fail key.encoded"},
        {"hs%5Flive%5F0123456789abcdefABCDEF0123456789", "format: fail key.encoded"},
        {kGood + ",", "format: fail key.surplus"},
        {"(" + kGood + ").", "format: fail key.surplus"},
        {"=" + kGood, "format: fail key.surplus"},
        {kGood + "\\n", "format: fail key.surplus"},
        {"LAB_KEY", "format: fail key.unexpanded-variable"},
        {"RELAY_API_KEY", "format: fail key.unexpanded-variable"},
        {"/run/secrets/relay", "format: fail key.path"},
        {"C:\\keys\\relay.txt", "format: fail key.path"},
        {"{\"api_key\": \"" + kGood + "\"}", "format: fail key.document"},
        {"{\n  \"type\": \"service_account\"\n}", "format: fail key.document"},
        {"-----BEGIN PRIVATE KEY-----\nabc", "format: fail key.document"},
        {"api_key: " + kGood, "format: fail key.document"},
        {"X-Api-Key: " + kGood, "format: fail key.document"},
        {"Authorization: Bearer " + kGood, "format: fail key.bearer-prefix"},
    };
    for (const KeyCase& each : cases) {
        CAPTURE(each.key);
        CHECK(key_verdict(each.key) == each.verdict);
    }
}

TEST_CASE("key: a sandbox key is no matter of warning where the host is this machine's") {
    const doctor::Subject subject =
        test::subject_of({.url = "http://127.0.0.1:8080/v1", .key = "hs_test_0123456789abcdefABCDEF0123456789"});
    CHECK(test::seen(doctor::check_key_format(subject)) == "pass");
}

TEST_CASE("key: formats are data; a relay that takes sk- keys is not told that they are another's") {
    doctor::Subject subject = test::subject_with_key("sk-0123456789abcdefghij");
    subject.profile.key_patterns = {{"one-api", "sk-[A-Za-z0-9]{20,}", "its maker"}};
    CHECK(test::seen(doctor::check_key_format(subject)) == "pass");
    subject.profile.key_patterns.clear();
    CHECK(test::seen(doctor::check_key_format(subject)) == "pass");
}

TEST_CASE("key: the position and code point of a bad character are shown") {
    const auto outcome = doctor::check_key_bytes(test::subject_with_key("hs_live_\u00a00123"));
    CHECK(test::evidence(outcome, "character 9") == "U+00A0 no-break space");
    CHECK(outcome.findings.at(0).cause == "The key holds U+00A0 no-break space at character 9.");
}

TEST_CASE("key: missing says which places are empty and how to set one") {
    doctor::Subject subject = test::subject_of({.key = "", .environment = {{"RELAY_API_KEY", ""}}});
    const auto outcome = doctor::check_key_present(subject);
    CHECK(test::seen(outcome) == "fail key.missing");
    CHECK(outcome.findings[0].cause == "The environment variable RELAY_API_KEY is empty.");
    const auto unset = doctor::check_key_present(test::subject_with_key(""));
    CHECK(unset.findings.at(0).cause == "The environment variable RELAY_API_KEY is not set.");
    CHECK(outcome.findings[0].commands == std::vector<std::string>{"export RELAY_API_KEY='the key'"});
    subject.keys.clear();
    CHECK(test::seen(doctor::check_key_present(subject)) == "fail key.missing");
    CHECK(doctor::check_key_bytes(subject).blocked_by == "key.present");
    CHECK(doctor::check_key_format(subject).blocked_by == "key.present");
}

TEST_CASE("key: two different keys shadow each other; the same one twice does not") {
    doctor::Subject subject = test::subject_with_key(kGood);
    subject.keys.push_back({"file /etc/relay.key", core::Secret(kGood + "\n")});
    CHECK(test::seen(doctor::check_key_present(subject)) == "pass");
    subject.keys.push_back({"file .env", core::Secret("hs_live_9876543210fedcbaFEDCBA9876543210")});
    const auto outcome = doctor::check_key_present(subject);
    CHECK(test::seen(outcome) == "warn key.shadowed");
    CHECK(outcome.findings[0].commands == std::vector<std::string>{"unset RELAY_API_KEY"});
}

TEST_CASE("key: no text holds a key, whatever is wrong with it") {
    const std::string secret = "Zq81kTn6Wd3vYx0Lb5Rm7Hc2Jp9Gs4Fa";
    for (const std::string& key : {"hs_live_" + secret, "hs_live_" + secret + "\r\n", "Bearer " + secret, "KEY=" + secret,
                                   "sk-ant-" + secret, "\"" + secret + "\"", secret, "hs_test_" + secret, "https://" + secret, "$" + secret,
                                   secret + "***", "hs_live_" + secret.substr(0, 10), "HS_LIVE_" + secret, "\u00a0" + secret}) {
        doctor::Subject subject = test::subject_with_key(key);
        subject.keys.push_back({"file .env", core::Secret(secret + "x")});
        std::string text;
        for (auto* check : {doctor::check_key_present, doctor::check_key_bytes, doctor::check_key_format}) {
            text += test::all_text(check(subject));
        }
        CAPTURE(text);
        for (std::size_t i = 0; i + 4 <= 10; ++i) {
            CHECK(text.find(secret.substr(i, 4)) == std::string::npos);
        }
    }
}

TEST_CASE("key: the checks ask for each other in order and need no network") {
    const auto checks = doctor::key_checks();
    REQUIRE(checks.size() == 3);
    CHECK(checks[1].needs == std::vector<std::string_view>{"key.present"});
    CHECK(checks[2].needs == std::vector<std::string_view>{"key.bytes"});
    for (const doctor::Check& check : checks) {
        CHECK(check.kind == doctor::Check::Kind::Static);
        CHECK(check.category == "key");
    }
}

TEST_CASE("key: what lies beside is not used, and named when it differs or when nothing is used") {
    doctor::Subject subject = test::subject_with_key(kGood);
    subject.keys.push_back(
        {"RELAY_API_KEY in the file .env", core::Secret("hs_live_9876543210fedcbaFEDCBA9876543210"), doctor::KeySource::Role::Beside});
    CHECK(test::seen(doctor::check_key_present(subject)) == "warn key.shadowed");
    subject.keys.front().key = core::Secret("");
    const auto missing = doctor::check_key_present(subject);
    CHECK(test::seen(missing) == "fail key.missing");
    CHECK(missing.findings[0].cause ==
          "The environment variable RELAY_API_KEY is not set. The RELAY_API_KEY in the file .env holds one, "
          "but nothing reads it here.");
    CHECK(doctor::check_key_bytes(subject).blocked_by == "key.present");
}
