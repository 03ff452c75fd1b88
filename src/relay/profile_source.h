#pragma once

#include <string_view>

#include "core/error.h"
#include "relay/profile.h"

namespace relaybench::relay {

/// A profile by what the user wrote:
///   - the name of a ready one: "fast";
///   - "fault:ID": a short quick stream with that fault at every opportunity;
///   - the path of a YAML file (anything with a '/' or ending in .yaml or .yml);
/// each with overrides behind '?', whose keys are those of `timing`, of faults (then of all faults) or of the profile itself, and `ttft`
/// for `first_token`: "fast?ttft=200ms&gap=10ms&tokens=50". BadInput names every problem at once, a line each.
[[nodiscard]] core::Expected<Profile> read_profile(std::string_view text);

/// The YAML of one profile; `source` names it in error lines.
[[nodiscard]] core::Expected<Profile> parse_profile(std::string_view yaml, std::string_view source);

}  // namespace relaybench::relay
