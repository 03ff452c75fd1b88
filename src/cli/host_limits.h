#pragma once

#include <cstdint>

#include "core/error.h"
#include "scenario/scenario.h"

namespace relaybench::cli {

/// Descriptors that this process may have open, after raising its soft limit to the hard one.
[[nodiscard]] std::uint64_t descriptor_limit();

/// Refuses a closed loop that cannot fit into the limit, with the number that would and the command that raises it.
[[nodiscard]] core::Expected<void> check_descriptors(const scenario::Scenario& scenario, std::uint64_t limit);

/// Local ports that the system gives out to connections.
struct PortRange {
    std::uint32_t low = 32768;
    std::uint32_t high = 60999;
};
[[nodiscard]] PortRange local_ports();

/// Refuses a closed loop that wants more connections to one host and port than there are local ports, with the number that would fit and the
/// command that widens the range.
[[nodiscard]] core::Expected<void> check_ports(const scenario::Scenario& scenario, PortRange ports);

}  // namespace relaybench::cli
