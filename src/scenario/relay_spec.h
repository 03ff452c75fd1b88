#pragma once

#include <string_view>
#include <vector>

#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// A relay as one word, in scenario files and as an argument of `compare`:
///
///     [NAME=](URL | embedded[:PROFILE])[,key=value]…
///
/// The keys are those of a relay in a scenario file (dialect, model, key_env, key_file, origin, …; all but name, url, embedded and
/// headers); a key without value means true. A comma inside the URL must be written %2C. Keys themselves are refused, never shown. The name stays
/// empty when none is given.
[[nodiscard]] core::Expected<Relay> parse_relay_spec(std::string_view text);

/// Profile that plain `embedded` means.
inline constexpr std::string_view kDefaultProfile = "fast";

/// Gives relays without a name one: the embedded profile or the host of the URL, made unique by "-2", "-3" ….
void name_relays(std::vector<Relay>& relays);

}  // namespace relaybench::scenario
