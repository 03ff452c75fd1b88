#pragma once

#include <optional>

#include "core/error.h"
#include "scenario/inspection.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// The rules of one relay that concern several keys at once, or what stands behind a text. `inspection` stands at the relay.
void check_relay_rules(const Relay& relay, Inspection& inspection);

/// Those of where its key and its proxy's password come from alone, in the words that a run would use: for commands that take a relay whose
/// other parts may be wrong.
[[nodiscard]] std::optional<core::Error> secret_source_error(const Relay& relay);

}  // namespace relaybench::scenario
