#pragma once

#include <optional>
#include <string>

#include "result/diagnosis.h"

namespace relaybench::doctor {

/// What keeps this machine from even trying to connect to `address`: no descriptor or no local port is left.
/// Nothing where the network or the peer is what failed. Pure.
[[nodiscard]] std::optional<result::Finding> local_fault(const std::string& address, int system_error);

}  // namespace relaybench::doctor
