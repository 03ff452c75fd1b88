#include "relay/admission.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/secret.h"
#include "core/text.h"
#include "relay/documents.h"
#include "wire/models.h"

namespace relaybench::relay {
namespace {

constexpr std::uint16_t kDefaultBadKeyClose = 4001;
constexpr std::size_t kShownModelBytes = 80;

Refusal refusal(int status, const ErrorWords& words) {
    Refusal refused;
    refused.answer.status = status;
    refused.answer.body = error_json(words);
    refused.message = words.message;
    return refused;
}

Refusal unauthorized(std::string_view key, std::uint16_t close_code) {
    // As OpenAI does it: a masked key in the message, and no code at all when there was no key.
    const std::string message = key.empty() ? "You didn't provide an API key. Send it as `Authorization: Bearer KEY`."
                                            : fmt::format("Incorrect API key provided: {}.", core::Secret(std::string(key)).masked());
    Refusal refused = refusal(401, {message, "invalid_request_error", key.empty() ? "" : "invalid_api_key"});
    refused.close_code = close_code;
    return refused;
}

Refusal rate_limited(core::Duration retry_after) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(retry_after).count();
    Refusal refused =
        refusal(429, {fmt::format("Rate limit reached. Please try again in {}s.", seconds), "requests", "rate_limit_exceeded"});
    refused.answer.headers.push_back({"Retry-After", std::to_string(seconds)});
    return refused;
}

Refusal html_page() {
    Refusal refused;
    refused.answer.content_type = "text/html; charset=utf-8";
    refused.answer.body = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>\n";
    return refused;
}

std::optional<Refusal> refusal_of(const Fault& fault, std::string_view key) {
    switch (fault.id) {
        case FaultId::Unauthorized:
            return unauthorized(key, 0);
        case FaultId::BadKeyClose:
            return unauthorized(key, fault.close_code == 0 ? kDefaultBadKeyClose : fault.close_code);
        case FaultId::NotFound:
            return refusal(404, {"The model does not exist or you do not have access to it.", "invalid_request_error", "model_not_found"});
        case FaultId::RateLimited:
            return rate_limited(fault.delay);
        case FaultId::QuotaExhausted:
            return refusal(429, {"You exceeded your current quota, please check your plan and billing details.", "insufficient_quota",
                                 "insufficient_quota"});
        case FaultId::ServerError:
            return refusal(500, {"The server had an error while processing your request.", "server_error", ""});
        case FaultId::Overloaded:
            return refusal(503, {"The engine is currently overloaded, please try again later.", "server_error", "overloaded"});
        case FaultId::HtmlAnswer:
            return html_page();
        default:
            return std::nullopt;
    }
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::optional<std::string_view> bearer_key(std::string_view authorization) {
    constexpr std::string_view kScheme = "Bearer ";
    if (!authorization.starts_with(kScheme)) {
        return std::nullopt;
    }
    const std::string_view key = authorization.substr(kScheme.size());
    const bool blank = key.empty() || key.find_first_of(" \t") != std::string_view::npos;
    return blank ? std::nullopt : std::optional(key);
}

Admission::Admission(const Profile& profile)
    : profile_(profile), patterns_(wire::guide_key_patterns()), window_(profile.requests_per_minute, profile.rate_window) {}

std::optional<Refusal> Admission::refuse_key(const net::ServerRequest& request) const {
    const auto key = bearer_key(request.header("authorization"));
    if (profile_.keys == KeyPolicy::Any || (key && wire::matches_any(*key, patterns_))) {
        return std::nullopt;
    }
    return unauthorized(key.value_or(""), profile_.bad_key_close);
}

std::optional<Refusal> Admission::refuse_model(std::string_view model) const {
    const bool deprecated = contains(wire::deprecated_models(), model);
    const bool unlisted = profile_.model_policy == ModelPolicy::Listed && !contains(wire::guide_models(), model);
    if (!deprecated && !unlisted) {
        return std::nullopt;
    }
    const std::string shown = core::printable(model, kShownModelBytes);
    return refusal(404, {fmt::format("The model `{}` does not exist{}.", shown, core::did_you_mean(model, wire::guide_models())),
                         "invalid_request_error", "model_not_found"});
}

std::optional<Refusal> Admission::refuse_rate(std::string_view key, core::TimePoint now) {
    const RateWindow::Verdict verdict = window_.admit(key, now);
    if (verdict.passes) {
        return std::nullopt;
    }
    Refusal refused = rate_limited(verdict.retry_after);
    refused.answer.headers.push_back({"x-ratelimit-limit-requests", std::to_string(profile_.requests_per_minute)});
    refused.answer.headers.push_back({"x-ratelimit-remaining-requests", "0"});
    return refused;
}

std::optional<Refusal> Admission::refuse(const net::ServerRequest& request, const std::optional<Fault>& fault, core::TimePoint now) {
    const std::string_view key = bearer_key(request.header("authorization")).value_or("");
    if (auto refused = refuse_key(request)) {
        return refused;
    }
    if (fault) {
        if (auto refused = refusal_of(*fault, key)) {
            return refused;
        }
    }
    return refuse_rate(key, now);
}

}  // namespace relaybench::relay
