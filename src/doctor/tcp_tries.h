#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "doctor/tcp_verdict.h"

namespace relaybench::doctor {

/// The first two addresses of each family.
[[nodiscard]] std::vector<std::string> some_of(const std::vector<std::string>& addresses);

/// Connects, and lets go at once.
[[nodiscard]] Tried try_one(const std::string& address, std::uint16_t port, core::Duration budget);
/// All at once.
[[nodiscard]] std::vector<Tried> try_each(const std::vector<std::string>& addresses, std::uint16_t port, core::Duration budget);

}  // namespace relaybench::doctor
