#pragma once

#include <cstdint>

#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Descriptors that this process may have open, after raising its soft limit to the hard one.
[[nodiscard]] std::uint64_t descriptor_limit();

/// Refuses a closed loop that cannot fit into the limit, with the number that would and the command that raises it.
[[nodiscard]] core::Expected<void> check_descriptors(const scenario::Scenario& scenario, std::uint64_t limit);

}  // namespace relaybench::cli
