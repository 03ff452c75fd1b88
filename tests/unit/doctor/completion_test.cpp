#include "doctor/completion_use.h"

#include <string>

#include <doctest/doctest.h>

#include "doctor/key_use.h"
#include "doctor/model_use.h"
#include "doctor/static_checks.h"
#include "support/doctor_subject.h"

namespace doctor = relaybench::doctor;
namespace core = relaybench::core;
namespace result = relaybench::result;
namespace test = relaybench::test;
namespace wire = relaybench::wire;
using doctor::KeyJudged;

namespace {

doctor::HttpReply answer(int status, const std::string& body, std::vector<wire::Header> headers = {{"content-type", "application/json"}}) {
    doctor::HttpReply reply;
    reply.end = doctor::HttpReply::End::Complete;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = body;
    return reply;
}

doctor::HttpReply page(int status, const std::string& text = "no", std::vector<wire::Header> more = {}) {
    more.push_back({"content-type", "text/html"});
    return answer(status, "<html>" + text + "</html>", more);
}

std::string error(const std::string& message, const std::string& code = "") {
    return R"({"error":{"message":")" + message + R"(","code":")" + code + R"("}})";
}

std::string completion(const doctor::HttpReply& reply, KeyJudged judged = KeyJudged::Accepted) {
    return test::seen(doctor::judge_completion(reply, judged));
}

std::string key(const doctor::HttpReply& reply, doctor::Facts& facts) {
    facts.url = *wire::parse_url("https://relay.example/v1");
    facts.prefix = "/v1";
    return test::seen(doctor::judge_key({"file key", core::Secret(std::string(test::kGoodKey))}, facts, reply));
}

std::string key(const doctor::HttpReply& reply) {
    doctor::Facts facts;
    return key(reply, facts);
}

constexpr const char* kModels = R"({"object":"list","data":[{"id":"gpt-4o"},{"id":"gpt-4.1"}]})";

}  // namespace

TEST_CASE("completion: an empty request that is refused for being empty says that requests are taken in, and no more") {
    CHECK(completion(answer(400, error("you must provide a model parameter", "invalid_request_error"))) == "pass");
    CHECK(completion(answer(422, R"({"detail":[{"loc":["body","model"],"msg":"field required"}]})")) == "pass");
    CHECK(completion(answer(500, error("KeyError: 'model'"))) == "info");
    CHECK(completion(answer(503, error("no available channel for model"))) == "info");
    CHECK(completion(answer(404, error("no such page"))) == "info");
    CHECK(completion(page(405)) == "info");
    CHECK(completion(doctor::HttpReply{}) == "info");
}

TEST_CASE("completion: money, keys and gateways show even where nothing was asked for") {
    CHECK(completion(answer(402, error("top up"))) == "fail auth.quota");
    CHECK(completion(answer(429, error("you exceeded your current quota", "insufficient_quota"))) == "fail auth.quota");
    CHECK(completion(answer(403, error("quota is not enough", "insufficient_user_quota"))) == "fail auth.quota");
    CHECK(completion(answer(200, error("credit balance is too low"))) == "fail auth.quota");
    CHECK(completion(answer(429, error("slow down"))) == "fail rate.limited-by-relay");
    CHECK(completion(answer(401, error("no"))) == "fail auth.forbidden");
    CHECK(completion(answer(401, error("no")), KeyJudged::Not) == "fail auth.invalid-key");
    CHECK(completion(answer(401, error("no")), KeyJudged::None) == "fail key.missing");
    CHECK(completion(answer(403, error("not for this key"))) == "fail auth.forbidden");
    CHECK(completion(page(403)) == "fail net.waf-block");
    CHECK(completion(page(502, "bad gateway", {{"server", "nginx"}})) == "fail relay.down");
    CHECK(completion(page(503, "x", {{"x-squid-error", "ERR_CONNECT_FAIL 111"}})) == "fail proxy.upstream-fail");
    CHECK(completion(answer(301, "", {{"location", "https://other.example/"}})) == "fail http.redirected");
    CHECK(completion(answer(307, "", {{"location", "/v1/chat/completions/"}})) == "info");
}

TEST_CASE("key verdict: 200 is no proof; what came with it is") {
    CHECK(key(answer(200, kModels)) == "pass");
    CHECK(key(answer(200, R"({"object":"list","data":null})")) == "pass");
    CHECK(key(answer(200, R"([{"id":"a"}])")) == "pass");
    CHECK(key(answer(200, error("Incorrect API key provided", "invalid_api_key"))) == "fail auth.invalid-key");
    CHECK(key(answer(200, error("insufficient balance"))) == "fail auth.quota");
    CHECK(key(page(200)) == "fail http.not-relay");
    CHECK(key(answer(200, R"({"status":"ok"})")) == "inconclusive");
    doctor::HttpReply endless = answer(200, kModels);
    endless.end = doctor::HttpReply::End::TimedOut;
    CHECK(key(endless) == "fail relay.down");
    doctor::HttpReply slow = answer(200, std::string(kModels).substr(0, 45));
    slow.end = doctor::HttpReply::End::TimedOut;
    CHECK(key(slow) == "pass");
}

TEST_CASE("key verdict: the same status stands for many things, and the relay's words say for which") {
    CHECK(key(answer(400, error("API key not valid. Please pass a valid API key.", "API_KEY_INVALID"))) == "fail auth.invalid-key");
    CHECK(key(answer(400, R"({"code":"x","error":"Incorrect API key provided: ab***yz."})")) == "fail auth.invalid-key");
    CHECK(key(answer(400, error("Budget has been exceeded!", "budget_exceeded"))) == "fail auth.quota");
    CHECK(key(answer(401, error("该令牌额度已用尽"))) == "fail auth.quota");
    CHECK(key(answer(403, error("Insufficient balance"))) == "fail auth.quota");
    CHECK(key(answer(401, error("no such organisation", "mismatched_organization"))) == "fail auth.forbidden");
    CHECK(key(answer(500, error("upstream: invalid api key"))) == "fail relay.down");
    CHECK(key(answer(429, error("slow down"))) == "info");
    CHECK(key(page(431)) == "fail auth.invalid-key");
    CHECK(key(page(451)) == "fail net.waf-block");
    CHECK(key(page(407)) == "fail proxy.auth-required");
    doctor::Facts abroad;
    abroad.refused_without_key = 403;
    CHECK(key(answer(403, error("unsupported country")), abroad) == "fail auth.forbidden");
    CHECK(key(answer(404, error("no such page"))) == "fail url.missing-v1");
}

TEST_CASE("key verdict: a firewall is known by its marks, whatever its status is") {
    CHECK(key(page(503, "<title>Just a moment...</title>", {{"cf-mitigated", "challenge"}})) == "fail net.waf-block");
    CHECK(key(answer(403, "error code: 1020", {{"content-type", "text/plain"}})) == "fail net.waf-block");
    CHECK(key(page(200, "The requested URL was rejected. Please consult with your administrator.")) == "fail net.waf-block");
    CHECK(key(page(502, "<title>502: Bad gateway</title> cf-error-details", {{"cf-ray", "8a"}})) == "fail relay.down");
}

TEST_CASE("keyless: where no key is named and the relay is not known to want one, it is asked") {
    doctor::Subject subject = test::subject_of({.url = "http://127.0.0.1:8000/v1", .key = ""});
    CHECK_FALSE(doctor::may_be_keyless(subject));  // a place was named, and is empty
    CHECK(test::seen(doctor::check_key_present(subject)) == "fail key.missing");
    subject.keys.clear();
    CHECK(doctor::may_be_keyless(subject));
    CHECK(test::seen(doctor::check_key_present(subject)) == "skip");
    CHECK(doctor::check_key_present(subject).gap == doctor::Outcome::Gap::None);
    CHECK(doctor::check_key_format(subject).blocked_by == "no key is configured");
    subject.url = "https://api.holysheep.ai/v1";
    CHECK_FALSE(doctor::may_be_keyless(subject));
    CHECK(test::seen(doctor::check_key_present(subject)) == "fail key.missing");
    CHECK(doctor::wants_key(answer(401, "")));
    CHECK(doctor::wants_key(answer(403, R"({"detail":"Not authenticated"})")));
    CHECK_FALSE(doctor::wants_key(answer(200, kModels)));
    CHECK_FALSE(doctor::wants_key(answer(400, error("you must provide a model parameter"))));
}

TEST_CASE("models: advice of the guides is for relays that have what they advise; a list that is cut proves nothing") {
    doctor::Subject subject = test::subject_with_url("https://relay.example/v1");
    doctor::Facts facts;
    facts.has_all_models = true;
    facts.models = {"deepseek-coder", "llama3"};
    subject.model = "deepseek-coder";
    CHECK(test::seen(doctor::check_model(subject, facts)) == "pass");
    facts.models.push_back("deepseek-coder-v3.2");
    CHECK(test::seen(doctor::check_model(subject, facts)) == "warn model.deprecated");
    facts.models = {"deepseek-coder"};
    CHECK(test::seen(doctor::check_model(subject, facts)) == "warn model.deprecated");
    facts.models = {"llama3"};
    CHECK(test::seen(doctor::check_model(subject, facts)) == "fail model.unknown");
    facts.models = {"openai/gpt-4o", "llama3"};
    subject.model = "gpt-4o";
    CHECK(doctor::check_model(subject, facts).findings.at(0).cause.find("openai/gpt-4o") != std::string::npos);
    facts.has_all_models = false;
    CHECK(test::seen(doctor::check_model(subject, facts)) == "inconclusive");
    facts.has_all_models = true;
    facts.models.clear();
    CHECK(test::seen(doctor::check_model(subject, facts)) == "fail model.not-entitled");
}
