#pragma once

#include "scenario/inspection.h"
#include "scenario/scenario.h"

namespace relaybench::scenario {

/// The rules of one relay that concern several keys at once, or what stands behind a text. `inspection` stands at the relay.
void check_relay_rules(const Relay& relay, Inspection& inspection);

}  // namespace relaybench::scenario
