#pragma once

#include <vector>

#include "cli/run_flags.h"
#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Makes room in a scenario for the relays of the command line. Where --relay is given, those of the scenario go. Otherwise --url puts its one
/// relay somewhere else: what that is asked, and how, stays; its key goes to no host that it was not meant for. The error speaks of --url.
[[nodiscard]] core::Expected<void> replace_relays(const ScenarioFlags& flags, std::vector<scenario::Relay>& relays);

}  // namespace relaybench::cli
