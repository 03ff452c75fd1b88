#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "doctor/url_text.h"

namespace relaybench::doctor {
namespace {

/// Levenshtein's, by the row.
std::size_t letters_apart(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::string_view without_ending(std::string_view host) { return host.substr(0, host.rfind('.')); }

bool is_under(std::string_view host, std::string_view domain) {
    return host == domain || (host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

using Owner = std::pair<std::string_view, std::string_view>;

std::optional<std::string_view> owner_of(std::string_view host, std::span<const Owner> owners) {
    const auto at = std::ranges::find_if(owners, [host](const Owner& owner) { return is_under(host, owner.first); });
    return at == owners.end() ? std::nullopt : std::optional(at->second);
}

}  // namespace

std::optional<std::string> provider_of_host(std::string_view host) {
    constexpr std::array kProviders = {Owner{"openai.com", "OpenAI"},
                                       Owner{"openai.azure.com", "Azure OpenAI"},
                                       Owner{"anthropic.com", "Anthropic"},
                                       Owner{"claude.ai", "Anthropic"},
                                       Owner{"generativelanguage.googleapis.com", "Google"},
                                       Owner{"aiplatform.googleapis.com", "Google"},
                                       Owner{"groq.com", "Groq"},
                                       Owner{"x.ai", "xAI"},
                                       Owner{"deepseek.com", "DeepSeek"},
                                       Owner{"mistral.ai", "Mistral"},
                                       Owner{"cohere.com", "Cohere"},
                                       Owner{"openrouter.ai", "OpenRouter"},
                                       Owner{"together.xyz", "Together AI"},
                                       Owner{"perplexity.ai", "Perplexity"}};
    if (const auto owner = owner_of(host, kProviders)) {
        return std::string(*owner);
    }
    const bool is_bedrock = host.starts_with("bedrock") && is_under(host, "amazonaws.com");
    return is_bedrock ? std::optional<std::string>("Amazon Bedrock") : std::nullopt;
}

std::optional<std::string_view> cloud_of_host(std::string_view host) {
    constexpr std::array kClouds = {Owner{"amazonaws.com", "Amazon"}, Owner{"googleapis.com", "Google"}, Owner{"azure.com", "Microsoft"}};
    return owner_of(host, kClouds);
}

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 || inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool looks_like(std::string_view host, std::string_view known) {
    constexpr std::size_t kSlip = 2;
    return host != known && (letters_apart(host, known) <= kSlip || without_ending(host) == without_ending(known));
}

}  // namespace relaybench::doctor
