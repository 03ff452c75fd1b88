#include "wire/models.h"

#include <array>

namespace relaybench::wire {
namespace {

constexpr std::array<std::string_view, 12> kGuideModels = {
    "gpt-4.1",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-3.5-turbo",
    "claude-sonnet-4.5",
    "claude-sonnet-4-20250514",
    "claude-opus-4-20250514",
    "claude-haiku-4-20250514",
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "deepseek-v3.2",
    "deepseek-coder-v3.2",
};

constexpr std::array<std::string_view, 4> kDeprecatedModels = {
    "gpt-4-turbo",
    "claude-3-opus-20240229",
    "gemini-pro",
    "deepseek-coder",
};

}  // namespace

std::span<const std::string_view> guide_models() { return kGuideModels; }

std::span<const std::string_view> deprecated_models() { return kDeprecatedModels; }

}  // namespace relaybench::wire
