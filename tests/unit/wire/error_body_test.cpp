#include "wire/error_body.h"

#include <string>

#include <doctest/doctest.h>

namespace wire = relaybench::wire;
using wire::ErrorClass;

namespace {

struct Row {
    const char* emitter;
    int status;
    std::string body;
    ErrorClass means;
    const char* message;
    const char* code;
};

void check(const Row& row) {
    CAPTURE(row.emitter);
    const wire::RelayError error = wire::read_error_body(row.status, row.body);
    CHECK(wire::error_class_id(error.error_class) == wire::error_class_id(row.means));
    CHECK(error.message == row.message);
    CHECK(error.code == row.code);
}

}  // namespace

TEST_CASE("error body: OpenAI and what speaks like it") {
    check(
        {"OpenAI, wrong key", 401,
         R"({"error":{"message":"Incorrect API key provided: sk-ab***yz.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})",
         ErrorClass::Auth, "Incorrect API key provided: sk-ab***yz.", "invalid_api_key"});
    check({"OpenAI, no key", 401,
           R"({"error":{"message":"You didn't provide an API key.","type":"invalid_request_error","param":null,"code":null}})",
           ErrorClass::Auth, "You didn't provide an API key.", "invalid_request_error"});
    check({"OpenAI, model", 404,
           R"({"error":{"message":"The model `x` does not exist","type":"invalid_request_error","code":"model_not_found"}})",
           ErrorClass::NotFound, "The model `x` does not exist", "model_not_found"});
    check(
        {"OpenAI, rate", 429,
         R"({"error":{"message":"Rate limit reached. Visit /account/billing to add a payment method.","type":"requests","code":"rate_limit_exceeded"}})",
         ErrorClass::RateLimited, "Rate limit reached. Visit /account/billing to add a payment method.", "rate_limit_exceeded"});
    check({"OpenAI, money", 429,
           R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}})",
           ErrorClass::Quota, "You exceeded your current quota", "insufficient_quota"});
    check({"OpenAI, money in a rate error", 429,
           R"({"error":{"message":"empty","type":"rate_limit_error","code":"credit_balance_exhausted"}})", ErrorClass::Quota, "empty",
           "credit_balance_exhausted"});
    check({"OpenAI, ramp", 429, R"({"error":{"message":"slower","type":"rate_limit_error","code":"slow_down"}})", ErrorClass::RateLimited,
           "slower", "slow_down"});
    check({"OpenAI, region", 403,
           R"({"error":{"message":"Country not supported","type":"request_forbidden","code":"unsupported_country_region_territory"}})",
           ErrorClass::Auth, "Country not supported", "unsupported_country_region_territory"});
    check({"OpenAI, overloaded", 503, R"({"error":{"message":"busy","type":"service_unavailable_error","code":"server_is_overloaded"}})",
           ErrorClass::Overloaded, "busy", "server_is_overloaded"});
    check({"Groq", 401, R"({"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}})",
           ErrorClass::Auth, "Invalid API Key", "invalid_api_key"});
    check({"Azure, key", 401,
           R"({"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}})", ErrorClass::Auth,
           "Access denied due to invalid subscription key or wrong API endpoint.", "401"});
    check({"Azure, deployment", 404, R"({"error":{"code":"DeploymentNotFound","message":"gone"}})", ErrorClass::NotFound, "gone",
           "DeploymentNotFound"});
    check(
        {"DeepSeek, key", 401,
         R"({"error":{"message":"Authentication Fails, Your api key: ****abcd is invalid","type":"authentication_error","param":null,"code":"invalid_request_error"}})",
         ErrorClass::Auth, "Authentication Fails, Your api key: ****abcd is invalid", "invalid_request_error"});
    check({"DeepSeek, money", 402,
           R"({"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}})",
           ErrorClass::Quota, "Insufficient Balance", "invalid_request_error"});
    check({"vLLM", 404, R"({"error":{"message":"The model x does not exist.","type":"NotFoundError","param":"model","code":404}})",
           ErrorClass::NotFound, "The model x does not exist.", "NotFoundError"});
}

TEST_CASE("error body: emitters with shapes of their own") {
    check({"Anthropic, key", 401,
           R"({"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"})",
           ErrorClass::Auth, "invalid x-api-key", "authentication_error"});
    check({"Anthropic, money as 400", 400,
           R"({"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}})",
           ErrorClass::Quota, "Your credit balance is too low to access the API.", "invalid_request_error"});
    check({"Anthropic, overloaded", 529, R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})",
           ErrorClass::Overloaded, "Overloaded", "overloaded_error"});
    check({"Anthropic, size", 413, R"({"type":"error","error":{"type":"request_too_large","message":"too large"}})", ErrorClass::BadRequest,
           "too large", "request_too_large"});
    check(
        {"Gemini, key as 400", 400,
         R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
         ErrorClass::Auth, "API key not valid.", "API_KEY_INVALID"});
    check({"Gemini, in a list", 429, R"([{"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}}])", ErrorClass::RateLimited,
           "Quota", "RESOURCE_EXHAUSTED"});
    check({"xAI, key as 400", 400, R"({"code":"Client specified an invalid argument","error":"Incorrect API key provided: gs***tF."})",
           ErrorClass::Auth, "Incorrect API key provided: gs***tF.", "Client specified an invalid argument"});
    check({"Mistral", 400, R"({"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"})",
           ErrorClass::NotFound, "Invalid model: x", "invalid_model"});
    check({"Mistral, key", 401, R"({"message":"Unauthorized","request_id":"1"})", ErrorClass::Auth, "Unauthorized", ""});
    check({"Cohere", 401, R"({"message":"invalid api token"})", ErrorClass::Auth, "invalid api token", ""});
    check({"FastAPI, words", 429, R"({"detail":"Too Many Requests"})", ErrorClass::RateLimited, "Too Many Requests", ""});
    check({"FastAPI, validation", 422, R"({"detail":[{"loc":["body","model"],"msg":"field required","type":"value_error.missing"}]})",
           ErrorClass::BadRequest, "field required", "value_error.missing"});
}

TEST_CASE("error body: relays") {
    check({"OpenRouter, key", 401, R"({"error":{"code":401,"message":"No auth credentials found"}})", ErrorClass::Auth,
           "No auth credentials found", "401"});
    check({"OpenRouter, money", 402, R"({"error":{"code":402,"message":"Insufficient credits."}})", ErrorClass::Quota,
           "Insufficient credits.", "402"});
    check({"OpenRouter, inside a 200", 200,
           R"({"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"p"}}})", ErrorClass::Server,
           "Provider returned error", "502"});
    check(
        {"LiteLLM, key", 401,
         R"({"error":{"message":"Authentication Error, Invalid proxy server token passed","type":"auth_error","param":"None","code":"401"}})",
         ErrorClass::Auth, "Authentication Error, Invalid proxy server token passed", "auth_error"});
    check({"LiteLLM, budget as 400", 400,
           R"({"error":{"message":"Budget has been exceeded!","type":"budget_exceeded","param":null,"code":"400"}})", ErrorClass::Quota,
           "Budget has been exceeded!", "budget_exceeded"});
    check({"LiteLLM, deployments", 429,
           R"({"error":{"message":"No deployments available for selected model","type":"None","param":"None","code":"429"}})",
           ErrorClass::RateLimited, "No deployments available for selected model", "429"});
    check({"one-api, token", 401, R"json({"error":{"message":"无效的令牌 (request id: 2026)","type":"one_api_error"}})json",
           ErrorClass::Auth, "无效的令牌 (request id: 2026)", "one_api_error"});
    check({"one-api, upstream status in param", 0,
           R"({"error":{"message":"bad","type":"upstream_error","code":"bad_response_status_code","param":"429"}})",
           ErrorClass::RateLimited, "bad", "bad_response_status_code"});
    check({"one-api, saturated", 429, R"({"error":{"message":"当前分组上游负载已饱和，请稍后再试","type":"one_api_error"}})",
           ErrorClass::RateLimited, "当前分组上游负载已饱和，请稍后再试", "one_api_error"});
    check({"new-api", 403, R"({"error":{"message":"预扣费额度失败","type":"new_api_error","code":"insufficient_user_quota"}})",
           ErrorClass::Quota, "预扣费额度失败", "insufficient_user_quota"});
    check({"msg", 500, R"({"msg":"oops"})", ErrorClass::Server, "oops", ""});
    check({"err", 500, R"({"err":"oops"})", ErrorClass::Server, "oops", ""});
    check({"error_msg", 500, R"({"error_msg":"oops"})", ErrorClass::Server, "oops", ""});
    check({"header.message", 500, R"({"header":{"code":10013,"message":"oops"}})", ErrorClass::Server, "oops", ""});
    check({"response.error.message", 500, R"({"response":{"error":{"message":"oops","code":"server_error"}}})", ErrorClass::Server, "oops",
           "server_error"});
}

TEST_CASE("error body: text that is no JSON gives its title or its beginning") {
    check({"Cloudflare", 502, "<!DOCTYPE html><html><head><TITLE> 502 Bad Gateway </title></head><body>x</body></html>", ErrorClass::Server,
           "502 Bad Gateway", ""});
    check({"nginx", 413, "<html><title>413 Request Entity Too Large</title></html>", ErrorClass::BadRequest, "413 Request Entity Too Large",
           ""});
    check({"plain", 401, "Unauthorized\n", ErrorClass::Auth, "Unauthorized", ""});
    check({"number", 503, "7", ErrorClass::Overloaded, "7", ""});
    check({"empty", 429, "", ErrorClass::RateLimited, "", ""});
    check({"empty object", 404, "{}", ErrorClass::NotFound, "{}", ""});
    check({"nothing at all", 0, "", ErrorClass::Unknown, "", ""});
    CHECK(wire::read_error_body(500, std::string(5000, 'x')).message.size() <= 210);
}

TEST_CASE("error body: every status has a class of its own where nothing else tells") {
    const auto means = [](int status) { return wire::read_error_body(status, "{}").error_class; };
    CHECK(means(400) == ErrorClass::BadRequest);
    CHECK(means(403) == ErrorClass::Auth);
    CHECK(means(408) == ErrorClass::Server);
    CHECK(means(418) == ErrorClass::BadRequest);
    CHECK(means(500) == ErrorClass::Server);
    CHECK(means(524) == ErrorClass::Server);
    CHECK(means(529) == ErrorClass::Overloaded);
    CHECK(means(302) == ErrorClass::Unknown);
}

TEST_CASE("error body: text of the relay is bounded and cannot steer a terminal") {
    const wire::RelayError error =
        wire::read_error_body(400, R"({"error":{"message":"\u001b[31mred\u0007)" + std::string(1000, 'x') + R"(","code":"\u001b]0;x"}})");
    CHECK(error.message.size() <= 300);
    CHECK(error.message.find('\x1b') == std::string::npos);
    CHECK(error.code.find('\x1b') == std::string::npos);
}

TEST_CASE("error body: looks_like_error knows the shapes and only those") {
    for (const char* const text :
         {R"({"error":{"message":"x"}})", R"({"error":"x"})", R"({"type":"error"})", R"({"object":"error","message":"x"})"}) {
        CAPTURE(text);
        CHECK(wire::looks_like_error(text));
    }
    for (const char* const text : {R"({"error":null})", R"({"error":{}})", R"({"type":"done"})", R"({"choices":[]})", "error", "", "[]"}) {
        CAPTURE(text);
        CHECK_FALSE(wire::looks_like_error(text));
    }
}
