#pragma once

#include <memory>
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
    std::vector<std::unique_ptr<relay::EmbeddedProcess>> embedded;
    std::vector<std::string> notes;  ///< for standard error
};

/// Refuses to send a key where it could be read on the way (neither verified TLS nor loopback), unless the relay says `insecure`.
[[nodiscard]] core::Expected<RelayAccesses> open_relays(const scenario::Scenario& scenario, const Context& context);

}  // namespace relaybench::cli
