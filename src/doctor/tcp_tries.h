#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doctor/socket.h"
#include "doctor/tcp_verdict.h"

namespace relaybench::doctor {

/// The first ones of each family; more of one that the other leaves room for.
[[nodiscard]] std::vector<std::string> some_of(const std::vector<std::string>& addresses);

/// Connects, and lets go at once.
[[nodiscard]] Tried try_one(const std::string& address, std::uint16_t port, Deadline deadline);
/// All at once.
[[nodiscard]] std::vector<Tried> try_each(const std::vector<std::string>& addresses, std::uint16_t port, Deadline deadline);

}  // namespace relaybench::doctor
