#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/context.h"
#include "core/error.h"
#include "relay/embedded_process.h"
#include "run/plan_builder.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Everything that relays of a scenario need before a run: keys read, embedded relays started, names resolved. The embedded relays live as
/// long as this does.
struct RelayAccesses {
    std::vector<run::RelayAccess> relays;  ///< in the scenario's order
    std::vector<relay::EmbeddedProcess> embedded;
    std::vector<std::string> notes;  ///< for standard error
};

/// The scenario must be valid (scenario::validate): that is where keys are kept off connections that could be read on the way. `shard`
/// (from 0) is the part of the plan that this process plays: embedded relays of different shards must not play the same dice.
[[nodiscard]] core::Expected<RelayAccesses> open_relays(const scenario::Scenario& scenario, const Context& context,
                                                        std::uint32_t shard = 0);

}  // namespace relaybench::cli
