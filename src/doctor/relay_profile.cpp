#include "doctor/examination.h"
#include "wire/models.h"

namespace relaybench::doctor {
namespace {

/// What the guides' lists offer in place of the names that they warn of: the same family, in the version that is listed.
std::vector<RelayProfile::Replaced> replaced_models() {
    return {
        {"gpt-4-turbo", "gpt-4.1"},
        {"claude-3-opus-20240229", "claude-opus-4-20250514"},
        {"gemini-pro", "gemini-2.5-pro"},
        {"deepseek-coder", "deepseek-coder-v3.2"},
    };
}

}  // namespace

RelayProfile guide_profile(const std::string& host) {
    const bool is_public = !wire::is_private(host);
    const auto models = wire::guide_models();
    return {.name = "relay guides",
            .key_patterns = wire::guide_key_patterns(),
            .sandbox_key_prefix = "hs_test_",
            .known_hosts = {"api.holysheep.ai"},
            .models = {models.begin(), models.end()},
            .deprecated_models = replaced_models(),
            .expects_public_roots = is_public,
            .expects_public_address = is_public};
}

}  // namespace relaybench::doctor
