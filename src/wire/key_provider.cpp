#include "wire/key_provider.h"

#include <array>

namespace relaybench::wire {
namespace {

// Prefixes as the rules of gitleaks and trufflehog and the providers' own SDKs know them (August to November 2026).
constexpr std::array kProviders = {
    KeyProvider{"sk-proj-", "an OpenAI project key"},
    KeyProvider{"sk-svcacct-", "an OpenAI service-account key"},
    KeyProvider{"sk-service-", "an OpenAI service-account key"},
    KeyProvider{"sk-admin-", "an OpenAI admin key", false},
    KeyProvider{"ek_", "an OpenAI ephemeral realtime key"},
    KeyProvider{"sk-ant-", "an Anthropic key"},
    KeyProvider{"sk-ant-api03-", "an Anthropic API key"},
    KeyProvider{"sk-ant-admin01-", "an Anthropic admin key", false},
    KeyProvider{"sk-ant-oat01-", "an Anthropic OAuth token"},
    KeyProvider{"sk-or-", "an OpenRouter key"},
    KeyProvider{"sk-", "a key of OpenAI, DeepSeek, LiteLLM or a one-api relay"},
    KeyProvider{"AIza", "a Google API key"},
    KeyProvider{"AQ.", "a Google API key"},
    KeyProvider{"ya29.", "a Google OAuth token", false},
    KeyProvider{"gsk_", "a Groq key"},
    KeyProvider{"xai-", "an xAI key"},
    KeyProvider{"hf_", "a Hugging Face token"},
    KeyProvider{"api_org_", "a Hugging Face organisation token"},
    KeyProvider{"ghp_", "a GitHub token", false},
    KeyProvider{"github_pat_", "a GitHub token", false},
    KeyProvider{"AKIA", "an AWS access key id", false},
    KeyProvider{"ASIA", "an AWS access key id", false},
    KeyProvider{"ABIA", "an AWS access key id", false},
    KeyProvider{"ACCA", "an AWS access key id", false},
    KeyProvider{"ABSK", "an AWS Bedrock API key"},
    KeyProvider{"bedrock-api-key-", "an AWS Bedrock short-lived key"},
    KeyProvider{"nvapi-", "an NVIDIA key"},
    KeyProvider{"pplx-", "a Perplexity key"},
    KeyProvider{"r8_", "a Replicate token"},
    KeyProvider{"eyJ", "a JSON Web Token", false},
};

}  // namespace

std::optional<KeyProvider> provider_by_prefix(std::string_view key) {
    std::optional<KeyProvider> longest;
    for (const KeyProvider& provider : kProviders) {
        if (key.starts_with(provider.prefix) && (!longest || provider.prefix.size() > longest->prefix.size())) {
            longest = provider;
        }
    }
    return longest;
}

}  // namespace relaybench::wire
