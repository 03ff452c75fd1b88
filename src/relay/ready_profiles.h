#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace relaybench::relay {

/// A profile that comes with the program, as the YAML that a user could have written.
struct ReadyProfile {
    std::string_view name;
    std::string_view yaml;
};

[[nodiscard]] std::span<const ReadyProfile> ready_profiles();
[[nodiscard]] std::span<const std::string_view> ready_profile_names();

}  // namespace relaybench::relay
