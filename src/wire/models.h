#pragma once

#include <span>
#include <string_view>

namespace relaybench::wire {

/// The models that the relay guides list.
[[nodiscard]] std::span<const std::string_view> guide_models();
/// Deprecated or short names that the guides' troubleshooting pages warn of; they answer 404.
[[nodiscard]] std::span<const std::string_view> deprecated_models();

}  // namespace relaybench::wire
