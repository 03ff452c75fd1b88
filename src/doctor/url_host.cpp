#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <numeric>
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

}  // namespace

std::optional<std::string_view> provider_of_host(std::string_view host) {
    using Provider = std::pair<std::string_view, std::string_view>;
    constexpr std::array kProviders = {Provider{"openai.com", "OpenAI"},
                                       Provider{"openai.azure.com", "Azure OpenAI"},
                                       Provider{"anthropic.com", "Anthropic"},
                                       Provider{"claude.ai", "Anthropic"},
                                       Provider{"googleapis.com", "Google"},
                                       Provider{"groq.com", "Groq"},
                                       Provider{"x.ai", "xAI"},
                                       Provider{"deepseek.com", "DeepSeek"},
                                       Provider{"mistral.ai", "Mistral"},
                                       Provider{"cohere.com", "Cohere"},
                                       Provider{"openrouter.ai", "OpenRouter"},
                                       Provider{"together.xyz", "Together AI"},
                                       Provider{"perplexity.ai", "Perplexity"},
                                       Provider{"amazonaws.com", "Amazon"}};
    const auto at = std::ranges::find_if(kProviders, [host](const Provider& provider) {
        return host == provider.first || (host.ends_with(provider.first) && host[host.size() - provider.first.size() - 1] == '.');
    });
    return at == kProviders.end() ? std::nullopt : std::optional(at->second);
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
