#pragma once

#include <string>

#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// A scenario with every default filled in, as one line of JSON with sorted keys: equal scenarios give equal bytes, however they were
/// written. Holds no key; values of headers whose name speaks of secrets are hidden. Durations in nanoseconds.
[[nodiscard]] std::string canonical_json(const Scenario& scenario);

/// SHA-256 of the canonical JSON, for the provenance of results.
[[nodiscard]] core::Expected<std::string> scenario_sha256(const Scenario& scenario);

}  // namespace relaybench::scenario
