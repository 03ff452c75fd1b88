#include "wire/error_class.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/text.h"

namespace relaybench::wire {
namespace {

struct CodeRow {
    std::string_view code;
    ErrorClass means;
};

/// Codes and types that mean one thing. Money stands first: OpenAI wraps credit_balance_exhausted into a rate_limit_error.
constexpr std::array kPlainCodes = {
    CodeRow{"insufficient_quota", ErrorClass::Quota},                   // OpenAI
    CodeRow{"credit_balance_exhausted", ErrorClass::Quota},             // OpenAI
    CodeRow{"billing_hard_limit_reached", ErrorClass::Quota},           // OpenAI
    CodeRow{"billing_not_active", ErrorClass::Quota},                   // OpenAI
    CodeRow{"billing_error", ErrorClass::Quota},                        // Anthropic
    CodeRow{"budget_exceeded", ErrorClass::Quota},                      // LiteLLM
    CodeRow{"insufficient_user_quota", ErrorClass::Quota},              // one-api, new-api
    CodeRow{"pre_consume_token_quota_failed", ErrorClass::Quota},       // one-api, new-api
    CodeRow{"insufficient_balance", ErrorClass::Quota},                 // DeepSeek-like relays
    CodeRow{"payment_required", ErrorClass::Quota},                     // OpenRouter
    CodeRow{"exceeded_current_quota_error", ErrorClass::Quota},         // Moonshot
    CodeRow{"invalid_api_key", ErrorClass::Auth},                       // OpenAI
    CodeRow{"api_key_invalid", ErrorClass::Auth},                       // Gemini, ErrorInfo.reason
    CodeRow{"authentication_error", ErrorClass::Auth},                  // Anthropic, DeepSeek
    CodeRow{"auth_error", ErrorClass::Auth},                            // LiteLLM
    CodeRow{"invalid_authentication", ErrorClass::Auth},                // relays
    CodeRow{"token_expired", ErrorClass::Auth},                         // relays
    CodeRow{"unauthenticated", ErrorClass::Auth},                       // Google
    CodeRow{"unauthorized", ErrorClass::Auth},                          // many
    CodeRow{"permission_denied", ErrorClass::Auth},                     // Google
    CodeRow{"permission_error", ErrorClass::Auth},                      // Anthropic
    CodeRow{"access_denied", ErrorClass::Auth},                         // many
    CodeRow{"forbidden", ErrorClass::Auth},                             // many
    CodeRow{"unsupported_country_region_territory", ErrorClass::Auth},  // OpenAI
    CodeRow{"model_not_found", ErrorClass::NotFound},                   // OpenAI
    CodeRow{"not_found_error", ErrorClass::NotFound},                   // Anthropic
    CodeRow{"deploymentnotfound", ErrorClass::NotFound},                // Azure
    CodeRow{"notfounderror", ErrorClass::NotFound},                     // vLLM
    CodeRow{"invalid_model", ErrorClass::NotFound},                     // Mistral
    CodeRow{"not_found", ErrorClass::NotFound},                         // Google, many
    CodeRow{"rate_limit_exceeded", ErrorClass::RateLimited},            // OpenAI
    CodeRow{"rate_limit_error", ErrorClass::RateLimited},               // Anthropic
    CodeRow{"slow_down", ErrorClass::RateLimited},                      // OpenAI
    CodeRow{"resource_exhausted", ErrorClass::RateLimited},             // Google
    CodeRow{"throttling_error", ErrorClass::RateLimited},               // LiteLLM
    CodeRow{"too_many_requests", ErrorClass::RateLimited},              // many
    CodeRow{"rate_limited", ErrorClass::RateLimited},                   // many
    CodeRow{"overloaded_error", ErrorClass::Overloaded},                // Anthropic
    CodeRow{"server_is_overloaded", ErrorClass::Overloaded},            // OpenAI
    CodeRow{"service_unavailable_error", ErrorClass::Overloaded},       // OpenAI
    CodeRow{"engine_overloaded_error", ErrorClass::Overloaded},         // Moonshot
    CodeRow{"insufficient_system_resource", ErrorClass::Overloaded},    // DeepSeek
    CodeRow{"overloaded", ErrorClass::Overloaded},                      // many
    CodeRow{"unavailable", ErrorClass::Overloaded},                     // Google
    CodeRow{"service_unavailable", ErrorClass::Overloaded},             // many
    CodeRow{"context_length_exceeded", ErrorClass::BadRequest},         // OpenAI
    CodeRow{"request_too_large", ErrorClass::BadRequest},               // Anthropic
    CodeRow{"unsupported_parameter", ErrorClass::BadRequest},           // OpenAI
};

/// Codes that emitters use for anything; asked last.
constexpr std::array kVagueCodes = {
    CodeRow{"invalid_request_error", ErrorClass::BadRequest},
    CodeRow{"invalid_argument", ErrorClass::BadRequest},
    CodeRow{"badrequesterror", ErrorClass::BadRequest},  // vLLM
    CodeRow{"bad_request", ErrorClass::BadRequest},
    CodeRow{"server_error", ErrorClass::Server},
    CodeRow{"api_error", ErrorClass::Server},
    CodeRow{"internal_server_error", ErrorClass::Server},
    CodeRow{"internalservererror", ErrorClass::Server},  // vLLM
    CodeRow{"internal", ErrorClass::Server},
    CodeRow{"internal_error", ErrorClass::Server},
    CodeRow{"timeout_error", ErrorClass::Server},
    CodeRow{"deadline_exceeded", ErrorClass::Server},
    CodeRow{"upstream_error", ErrorClass::Server},            // one-api
    CodeRow{"bad_response_status_code", ErrorClass::Server},  // one-api
    CodeRow{"one_api_error", ErrorClass::Server},
    CodeRow{"new_api_error", ErrorClass::Server},
    CodeRow{"error", ErrorClass::Server},  // a bare finish_reason "error"
    CodeRow{"aborted", ErrorClass::Server},
};

/// Both words must occur, in lower case; an empty second one always does.
struct WordRow {
    std::string_view word;
    std::string_view other;
    ErrorClass means;
};

constexpr std::array kWords = {
    WordRow{"insufficient balance", "", ErrorClass::Quota},            // DeepSeek
    WordRow{"insufficient credits", "", ErrorClass::Quota},            // OpenRouter
    WordRow{"credit balance", "too low", ErrorClass::Quota},           // Anthropic, as 400
    WordRow{"exceeded your current quota", "", ErrorClass::Quota},     // OpenAI, through relays that drop the code
    WordRow{"budget has been exceeded", "", ErrorClass::Quota},        // LiteLLM
    WordRow{"quota is not enough", "", ErrorClass::Quota},             // one-api
    WordRow{"额度不足", "", ErrorClass::Quota},                        // one-api: not enough quota
    WordRow{"额度已用尽", "", ErrorClass::Quota},                      // one-api: quota used up
    WordRow{"余额不足", "", ErrorClass::Quota},                        // relays: not enough balance
    WordRow{"api key", "incorrect", ErrorClass::Auth},                 // OpenAI, xAI
    WordRow{"api key", "invalid", ErrorClass::Auth},                   // DeepSeek, many
    WordRow{"api key", "not valid", ErrorClass::Auth},                 // Gemini
    WordRow{"api key", "provide", ErrorClass::Auth},                   // OpenAI: "You didn't provide an API key"
    WordRow{"api key", "missing", ErrorClass::Auth},                   // many
    WordRow{"api key", "expired", ErrorClass::Auth},                   // Gemini
    WordRow{"x-api-key", "", ErrorClass::Auth},                        // Anthropic
    WordRow{"subscription key", "invalid", ErrorClass::Auth},          // Azure
    WordRow{"no auth credentials", "", ErrorClass::Auth},              // OpenRouter
    WordRow{"authentication fail", "", ErrorClass::Auth},              // DeepSeek
    WordRow{"authentication error", "", ErrorClass::Auth},             // LiteLLM
    WordRow{"unauthorized", "", ErrorClass::Auth},                     // Mistral, many
    WordRow{"invalid token", "", ErrorClass::Auth},                    // Cohere, relays
    WordRow{"无效的令牌", "", ErrorClass::Auth},                       // one-api: invalid token
    WordRow{"model", "does not exist", ErrorClass::NotFound},          // OpenAI, vLLM
    WordRow{"model", "not found", ErrorClass::NotFound},               // many
    WordRow{"model", "not a valid model", ErrorClass::NotFound},       // OpenRouter
    WordRow{"deployment", "does not exist", ErrorClass::NotFound},     // Azure
    WordRow{"rate limit", "", ErrorClass::RateLimited},                // many
    WordRow{"ratelimit", "", ErrorClass::RateLimited},                 // LiteLLM: litellm.RateLimitError
    WordRow{"too many requests", "", ErrorClass::RateLimited},         // many
    WordRow{"no deployments available", "", ErrorClass::RateLimited},  // LiteLLM: all of them cool down after 429
    WordRow{"overloaded", "", ErrorClass::Overloaded},                 // many
    WordRow{"over capacity", "", ErrorClass::Overloaded},              // Groq
    WordRow{"server is busy", "", ErrorClass::Overloaded},             // DeepSeek
    WordRow{"temporarily unavailable", "", ErrorClass::Overloaded},    // many
    WordRow{"无可用渠道", "", ErrorClass::Overloaded},                 // one-api: no channel
};

struct StatusRow {
    int first;
    int last;
    ErrorClass means;
};

/// The first row that holds the status counts.
constexpr std::array kStatuses = {
    StatusRow{401, 401, ErrorClass::Auth},       StatusRow{402, 402, ErrorClass::Quota},      StatusRow{403, 403, ErrorClass::Auth},
    StatusRow{404, 404, ErrorClass::NotFound},   StatusRow{408, 408, ErrorClass::Server},     StatusRow{429, 429, ErrorClass::RateLimited},
    StatusRow{400, 499, ErrorClass::BadRequest}, StatusRow{503, 503, ErrorClass::Overloaded}, StatusRow{529, 529, ErrorClass::Overloaded},
    StatusRow{500, 599, ErrorClass::Server},
};

ErrorClass by_code(std::span<const CodeRow> rows, const std::vector<std::string>& codes) {
    for (const CodeRow& row : rows) {
        if (std::ranges::find(codes, row.code) != codes.end()) {
            return row.means;
        }
    }
    return ErrorClass::Unknown;
}

ErrorClass by_words(std::string_view lower_message) {
    const auto occurs = [lower_message](std::string_view word) { return lower_message.find(word) != std::string_view::npos; };
    const auto* const row = std::ranges::find_if(kWords, [&](const WordRow& words) { return occurs(words.word) && occurs(words.other); });
    return row == kWords.end() ? ErrorClass::Unknown : row->means;
}

ErrorClass by_status(int status) {
    const auto* const row =
        std::ranges::find_if(kStatuses, [status](const StatusRow& range) { return range.first <= status && status <= range.last; });
    return row == kStatuses.end() ? ErrorClass::Unknown : row->means;
}

}  // namespace

ErrorClass classify_error(int status, std::span<const std::string_view> codes, std::string_view message) {
    std::vector<std::string> lower_codes;
    for (const std::string_view code : codes) {
        lower_codes.push_back(core::lowercase(code));
    }
    ErrorClass result = by_code(kPlainCodes, lower_codes);
    if (result == ErrorClass::Unknown) {
        result = by_words(core::lowercase(message));
    }
    if (result == ErrorClass::Unknown) {
        result = by_status(status);
    }
    if (result == ErrorClass::Unknown) {
        result = by_code(kVagueCodes, lower_codes);
    }
    return result;
}

}  // namespace relaybench::wire
