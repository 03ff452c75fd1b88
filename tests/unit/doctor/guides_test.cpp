// The rules and playbooks of the relay guides: each row has a check, a finding, a fix, and a test that is named by it. Rows whose cause is on
// the network are played with real components in tests/e2e/doctor; here stands that their findings say what the guides advise.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "doctor/finding_codes.h"
#include "doctor/static_checks.h"
#include "support/doctor_subject.h"
#include "wire/models.h"

namespace doctor = relaybench::doctor;
namespace result = relaybench::result;
namespace test = relaybench::test;

namespace {

const std::string kKeyOfThisRelay(test::kGoodKey);

/// The findings of all checks that need no network, in the order of the catalogue: "fail key.quoted" is first what doctor would name.
std::string first_finding(const doctor::Subject& subject) {
    std::string warned;
    for (auto* check : {doctor::check_key_present, doctor::check_key_bytes, doctor::check_key_format, doctor::check_url_parse,
                        doctor::check_url_scheme, doctor::check_url_path, doctor::check_url_host, doctor::check_proxy_environment}) {
        const doctor::Outcome outcome = check(subject);
        if (outcome.status == result::CheckStatus::Fail) {
            return test::seen(outcome);
        }
        warned = warned.empty() && outcome.status == result::CheckStatus::Warn ? test::seen(outcome) : warned;
    }
    return warned.empty() ? "pass" : warned;
}

std::string with_key(const std::string& key) { return first_finding(test::subject_with_key(key)); }
std::string with_url(const std::string& url) { return first_finding(test::subject_with_url(url)); }
std::string with_environment(std::map<std::string, std::string> environment) {
    return first_finding(test::subject_of({.environment = std::move(environment)}));
}

/// A check raises it, and its fix holds the guides' remedy.
struct Remedy {
    std::string_view check;
    std::string_view code;
    std::string_view words;
};

void advised(const std::vector<Remedy>& remedies) {
    const auto catalogue = doctor::catalogue();
    for (const Remedy& remedy : remedies) {
        CAPTURE(remedy.code);
        CHECK(std::ranges::find(catalogue, remedy.check, &doctor::Check::id) != catalogue.end());
        const auto* code = doctor::finding_code(remedy.code);
        REQUIRE(code != nullptr);
        CAPTURE(code->fix);
        CHECK(code->fix.find(remedy.words) != std::string_view::npos);
    }
}

}  // namespace

TEST_CASE("guides §2: hs_live_ and hs_test_ keys of 32 and more are good, those of the sandbox are named on the live host") {
    CHECK(with_key("hs_live_" + std::string("0123456789abcdefABCDEF0123456789")) == "pass");
    CHECK(with_key("hs_test_" + std::string("0123456789abcdefABCDEF0123456789")) == "warn key.test-key");
    CHECK(with_key("hs_live_0123456789ab") == "warn key.truncated");
}

TEST_CASE("guides §2: hs_live_ with 16 characters, and HS-xxxxxxxx-xxxx-xxxx, are formats too") {
    CHECK(with_key("hs_live_0123456789abcdef") == "pass");
    CHECK(with_key("HS-a1b2c3d4-e5f6-a7b8") == "pass");
}

TEST_CASE("guides §2: another provider's key") {
    CHECK(with_key("sk-proj-abcdefghijklmnop") == "fail key.wrong-provider");
    CHECK(with_key("sk-ant-api03-abcdefghijklmnop") == "fail key.wrong-provider");
}

TEST_CASE("guides §2: a placeholder") {
    CHECK(with_key("YOUR_HOLYSHEEP_API_KEY") == "fail key.placeholder");
    CHECK(with_key("YOUR_KEY") == "fail key.placeholder");
}

TEST_CASE("guides §2: a trailing newline or blank, a carriage return, characters that cannot be seen") {
    CHECK(with_key(kKeyOfThisRelay + "\n") == "warn key.whitespace");
    CHECK(with_key(kKeyOfThisRelay + " ") == "warn key.whitespace");
    CHECK(with_key(kKeyOfThisRelay.substr(0, 20) + " " + kKeyOfThisRelay.substr(20)) == "fail key.whitespace");
    CHECK(with_key(kKeyOfThisRelay + "\r") == "fail key.whitespace");
    CHECK(with_key(kKeyOfThisRelay + "\u00a0") == "fail key.invisible-char");
    CHECK(with_key("\ufeff" + kKeyOfThisRelay) == "fail key.invisible-char");
}

TEST_CASE("guides §2: an unset environment variable") {
    CHECK(with_key("") == "fail key.missing");
    CHECK(with_key("$HS_KEY") == "fail key.unexpanded-variable");
    CHECK(with_key("${HS_KEY}") == "fail key.unexpanded-variable");
}

TEST_CASE("guides §2: Bearer written twice, or without its space") {
    CHECK(with_key("Bearer " + kKeyOfThisRelay) == "fail key.bearer-prefix");
    CHECK(with_key("Bearer" + kKeyOfThisRelay) == "fail key.bearer-prefix");
}

TEST_CASE("guides §2: quotation marks, a masked copy and a copy that ends too early") {
    CHECK(with_key("\"" + kKeyOfThisRelay + "\"") == "fail key.quoted");
    CHECK(with_key("hs_live_****************************") == "fail key.masked-copy");
    CHECK(with_key("HS-a1b2c3d4-e5") == "warn key.truncated");
}

TEST_CASE("guides §3, 401: the key's form is told before anything is sent, the relay's refusal says what to do") {
    CHECK(with_key("Bearer " + kKeyOfThisRelay) == "fail key.bearer-prefix");
    CHECK(with_url("https://api.holysheep.com/v1") == "fail url.wrong-host");
    advised({{"http.auth", "auth.invalid-key", "console"},
             {"ws.upgrade", "ws.auth", "Authorization header"},
             {"key.present", "key.missing", "environment"}});
}

TEST_CASE("guides §3, wrong base URL: each way to get it wrong has a name, and the right URL is shown") {
    CHECK(with_url("https://api.holysheep.ai/v1/stream") == "warn url.scheme-swapped");
    CHECK(with_url("wss://api.holysheep.ai/v1/models") == "warn url.scheme-swapped");
    CHECK(with_url("http://api.holysheep.ai/v1") == "fail url.insecure-scheme");
    CHECK(with_url("https://api.holysheep.ai") == "fail url.missing-v1");
    CHECK(with_url("https://api.holysheep.ai/v1/v1") == "fail url.double-v1");
    CHECK(with_url("https://api.openai.com/v1") == "fail url.other-provider");
    CHECK(with_url("https://api.anthropic.com/v1") == "fail url.other-provider");
    CHECK(with_url("https://api.holysheep.com/v1") == "fail url.wrong-host");
    const auto outcome = doctor::check_url_path(test::subject_with_url("https://api.holysheep.ai"));
    CHECK(test::evidence(outcome, "corrected") == "https://api.holysheep.ai/v1");
}

TEST_CASE("guides §3, hangs and times out: firewall, proxy and wrong scheme are told apart") {
    CHECK(with_environment({{"https_proxy", "http://one"}}) == "fail proxy.env-malformed");
    CHECK(with_environment({{"https_proxy", "http://one:1"}, {"HTTPS_PROXY", "http://two:1"}}) ==
          "warn proxy.env-conflict proxy.bypass-mismatch");
    CHECK(with_environment({{"https_proxy", "http://one:1"}, {"NO_PROXY", "*.holysheep.ai"}}) ==
          "warn proxy.no-proxy-wildcard proxy.bypass-mismatch");
    advised({{"tcp.443", "tcp.timeout-dropped", "firewall"},
             {"tcp.443", "tcp.only-80", "Port 443"},
             {"proxy.connect", "proxy.policy-denied", "allowed"},
             {"tls.handshake", "tls.server-silent", "port"},
             {"tls.handshake", "tls.plain-http", "TLS port"},
             {"http.identity", "relay.down", "try again"},
             {"ws.upgrade", "ws.upgrade-stripped", "Upgrade"}});
}

TEST_CASE("guides §3, model not found: each name that the guides warn of has a listed one in its place") {
    const auto profile = doctor::guide_profile("api.holysheep.ai");
    for (const char* old : {"gpt-4-turbo", "claude-3-opus-20240229", "gemini-pro", "deepseek-coder"}) {
        CAPTURE(old);
        const auto at = std::ranges::find(profile.deprecated_models, old, &doctor::RelayProfile::Replaced::old_name);
        REQUIRE(at != profile.deprecated_models.end());
        CHECK(std::ranges::find(profile.models, at->use) != profile.models.end());
    }
    advised({{"model.list", "model.deprecated", "replaces"}, {"model.list", "model.unknown", "list"}});
}

TEST_CASE("guides §3, the stream drops after 60 to 90 s: heartbeats are advised") {
    for (const char* code : {"idle.proxy-timer", "idle.nat-silent-drop", "idle.l4-reset", "idle.relay-closed"}) {
        CAPTURE(code);
        CHECK(doctor::finding_code(code)->fix.find("heartbeat") != std::string_view::npos);
    }
}

TEST_CASE("guides §3, 429: Retry-After, the steps of the back-off and the tier's limits are named") {
    advised({{"http.ratelimit", "rate.limited-by-relay", "Retry-After"},
             {"http.ratelimit", "rate.limited-by-relay", "1, 2, 4, 8, 16 s, at most five"},
             {"http.ratelimit", "rate.limited-by-relay", "60 requests a minute and 10 connections"},
             {"http.ratelimit", "rate.limited-by-proxy", "proxy"}});
}

TEST_CASE("guides §3, cut short: the time limits that a client should have are named") {
    advised({{"sse.finish", "sse.truncated", "10 s to connect and 120 s to read"}});
}

TEST_CASE("guides §3, chunks all at once: the switch that ends buffering is named") {
    advised({{"sse.timing", "sse.buffered-full", "X-Accel-Buffering: no"}});
}

TEST_CASE("guides §3, browser: origin, headers, wildcard and max-age each have a finding") {
    advised({{"cors.preflight", "cors.origin-not-allowed", "allowed"},
             {"cors.preflight", "cors.header-not-allowed", "headers"},
             {"cors.preflight", "cors.wildcard-with-credentials", "name the origin"},
             {"cors.preflight", "cors.not-cached", "600"}});
}
