#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "doctor/shown.h"
#include "doctor/static_checks.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace result = relaybench::result;
namespace test = relaybench::test;

namespace {

/// What the checks say of a URL: those that found something, and what the URL should be.
std::string url_verdict(const std::string& url) {
    const doctor::Subject subject = test::subject_with_url(url);
    std::string text;
    for (auto* check : {doctor::check_url_parse, doctor::check_url_scheme, doctor::check_url_path, doctor::check_url_host}) {
        const doctor::Outcome outcome = check(subject);
        if (outcome.findings.empty()) {
            continue;
        }
        text += (text.empty() ? "" : "; ") + test::seen(outcome);
        const std::string corrected = test::evidence(outcome, "corrected");
        text += corrected == "(none)" ? "" : " → " + corrected;
    }
    return text;
}

struct UrlCase {
    std::string url;
    std::string verdict;
};

}  // namespace

TEST_CASE("url: every cause of the guides is told by its own finding, with the URL that is right") {
    const std::string good = "https://api.holysheep.ai/v1";
    const std::vector<UrlCase> cases = {
        {good, ""},
        {"wss://api.holysheep.ai/v1/ws/stream", ""},
        {"wss://api.holysheep.ai/v1/chat/completions?model=gpt-4o", ""},
        {"http://localhost:8080/v1", ""},
        {"https://relay.example.org/api/v1", ""},
        {"", "fail url.malformed"},
        {"api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"https:/api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"https:api.holysheep.ai/v1", "fail url.malformed → " + good},
        {" https://api.holysheep.ai/v1", "fail url.malformed → " + good},
        {good + "\n", "fail url.malformed → " + good},
        {"\u201c" + good + "\u201d", "fail url.malformed → " + good},
        {"\"" + good + "\"", "fail url.malformed → " + good},
        {"https://api. holysheep.ai/v1", "fail url.malformed"},
        {good + "#chat", "fail url.malformed → " + good},
        {"https://user:pass@api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"ftp://api.holysheep.ai/v1", "fail url.malformed"},
        {"https://api.holysheep.ai:port/v1", "fail url.malformed"},
        {"curl " + good + "/models -H 'Accept: */*'", "fail url.malformed → " + good + "/models"},
        {"[relay](" + good + ")", "fail url.malformed → " + good},
        {"<" + good + ">", "fail url.malformed → " + good},
        {"OPENAI_BASE_URL=" + good, "fail url.malformed → " + good},
        {"https://[fe80::1%25eth0]/v1", "fail url.malformed"},
        {"https://api.holysheep.ai:443/v1", ""},
        {"https://xn--bcher-kva.example/v1", ""},
        {"https://api.holysheep.ai./v1", "warn url.untidy → " + good},
        {good + "/", "warn url.untidy → " + good},
        {"https://api.holysheep.ai//v1", "warn url.untidy → " + good},
        {"https://API.HolySheep.ai/v1", "warn url.untidy → " + good},
        {"http://api.holysheep.ai/v1", "fail url.insecure-scheme → " + good},
        {"ws://api.holysheep.ai/v1/stream", "fail url.insecure-scheme → wss://api.holysheep.ai/v1/stream"},
        {"https://api.holysheep.ai/v1/ws/stream",
         "warn url.scheme-swapped → wss://api.holysheep.ai/v1/ws/stream; warn url.endpoint-in-base → " + good},
        {"wss://api.holysheep.ai/v1/models", "warn url.scheme-swapped → https://api.holysheep.ai/v1/models"},
        {"https://api.holysheep.ai:80/v1", "warn url.scheme-swapped → " + good},
        {"https://api.holysheep.ai", "fail url.missing-v1 → " + good},
        {"https://api.holysheep.ai/chat/completions", "fail url.missing-v1 → " + good + "/chat/completions"},
        {good + "/v1", "fail url.double-v1 → " + good},
        {good + "/v1/chat/completions", "fail url.double-v1 → " + good + "/chat/completions"},
        {good + "/chat/completions", "warn url.endpoint-in-base → " + good},
        {"https://api.openai.com/v1", "fail url.other-provider"},
        {"https://api.anthropic.com/v1", "fail url.other-provider"},
        {"https://mine.openai.azure.com/v1", "fail url.other-provider"},
        {"https://api.holysheep.com/v1", "fail url.wrong-host → " + good},
        {"https://api.holysheap.ai/v1", "fail url.wrong-host → " + good},
        {"https://holysheep.ai/v1", "fail url.not-the-api → " + good},
        {"https://console.example.org/v1", "warn url.not-the-api"},
        {"https://app.example.org/v1", "warn url.not-the-api"},
        {"https://relay.example.org/docs", "warn url.not-the-api"},
        {"https://relay-1.eu-west-1.elb.amazonaws.com/v1", "warn url.other-provider"},
        {"https://bedrock-runtime.us-east-1.amazonaws.com/v1", "fail url.other-provider"},
        {"https://generativelanguage.googleapis.com/v1", "fail url.other-provider"},
        {"https://relay.storage.googleapis.com/v1", "warn url.other-provider"},
        {"https://203.0.113.7/v1", "fail url.ip-literal"},
        {"https//api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"https://https://api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"http://https://api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"//api.holysheep.ai/v1", "fail url.malformed → " + good},
        {"https:\\\\api.holysheep.ai\\v1", "fail url.malformed → " + good},
        {"https://api.holysheep.ai\\v1", "fail url.malformed → " + good},
        {"localhost:11434/v1", "fail url.malformed → http://localhost:11434/v1"},
        {good + "%20", "fail url.malformed → " + good},
        {good + "?api_key=abc", "warn url.key-in-url → " + good},
        {good + "?x=hs_live_0123456789abcdef", "warn url.key-in-url → " + good},
        {"https://relay.example.org/api", "warn url.missing-v1"},
        {"https://relay.example.org", "fail url.missing-v1 → https://relay.example.org/v1"},
        {"https://api.holysheep.ai/api", "fail url.missing-v1 → https://api.holysheep.ai/api/v1"},
    };
    for (const UrlCase& each : cases) {
        CAPTURE(each.url);
        CHECK(url_verdict(each.url) == each.verdict);
    }
}

TEST_CASE("url: an unknown host is worth a note, not a warning") {
    const auto outcome = doctor::check_url_host(test::subject_with_url("https://relay.example.org/v1"));
    CHECK(outcome.status == result::CheckStatus::Info);
    CHECK(outcome.summary == "relay.example.org is none of the hosts that are known of this relay");
    CHECK(doctor::check_url_host(test::subject_with_url("http://10.0.0.5/v1")).status == result::CheckStatus::Info);
}

TEST_CASE("url: an address is right where an authority of one's own vouches for it") {
    doctor::Subject subject = test::subject_with_url("https://203.0.113.7/v1");
    subject.ca_file = "company.pem";
    CHECK(test::seen(doctor::check_url_host(subject)) == "info");
}

TEST_CASE("url: a relay that is a provider's own host is right there") {
    doctor::Subject subject = test::subject_with_url("https://api.openai.com/v1");
    subject.profile.known_hosts = {"api.openai.com"};
    CHECK(test::seen(doctor::check_url_host(subject)) == "pass");
}

TEST_CASE("url: what cannot be read blocks the other checks") {
    for (auto* check : {doctor::check_url_scheme, doctor::check_url_path, doctor::check_url_host}) {
        CHECK(check(test::subject_with_url("nonsense")).blocked_by == "url.parse");
    }
}

TEST_CASE("url: no text holds a password or the values of a query") {
    for (const char* url :
         {"https://me:s3cr3t@api.holysheep.ai/v1", "https://me:s3cr3t/x@api.holysheep.ai/v1", "me:s3cr3t@api.holysheep.ai",
          "https://api.holysheep.ai/v1?key=s3cr3t", "https://api.holysheep.ai/v1/?token=s3cr3t&model=m",
          "http://api.holysheep.ai/v1/v1?key=s3cr3t", "https:/me:s3cr3t@api.holysheep.ai", "https://me:s3cr3t#@api.holysheep.ai",
          "https://me:s3cr3t?model=s3cr3t@api.holysheep.ai/v1"}) {
        CAPTURE(url);
        const doctor::Subject subject = test::subject_with_url(url);
        for (auto* check : {doctor::check_url_parse, doctor::check_url_scheme, doctor::check_url_path, doctor::check_url_host}) {
            CHECK(test::all_text(check(subject)).find("s3cr3t") == std::string::npos);
        }
    }
    CHECK(doctor::shown_url("https://h/v1?model=gpt-4o&key=abc") == "https://h/v1?model=gpt-4o&key=…");
}

TEST_CASE("url: what is guessed from a name is possible, what is known of it is proven") {
    const auto confidence = [](doctor::Outcome (*check)(const doctor::Subject&), const char* url) {
        return check(test::subject_with_url(url)).findings.at(0).confidence;
    };
    CHECK(confidence(doctor::check_url_path, "https://docs.example.org/v1") == result::Confidence::Possible);
    CHECK(confidence(doctor::check_url_host, "https://relay.eu.amazonaws.com/v1") == result::Confidence::Possible);
    CHECK(confidence(doctor::check_url_host, "https://api.openai.com/v1") == result::Confidence::Proven);
    CHECK(confidence(doctor::check_url_host, "https://holysheep.ai/v1") == result::Confidence::Proven);
}
