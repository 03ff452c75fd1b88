#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"

namespace relaybench::net {

struct Resolved {
    std::vector<std::string> addresses;  ///< numeric, in the system's order of preference, without repeats; never empty
    core::Duration took{0};
};

/// Asks the system's resolver and waits for it: for use before a run, never on an event loop. Numeric addresses (IPv6 with or without
/// brackets) are accepted and come back as they are. The error names the host and the resolver's reason.
[[nodiscard]] core::Expected<Resolved> resolve(const std::string& host, std::uint16_t port, const core::Clock& clock);

}  // namespace relaybench::net
