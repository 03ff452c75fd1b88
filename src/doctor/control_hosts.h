#pragma once

#include <optional>
#include <string_view>

#include "core/error.h"
#include "doctor/control_verdict.h"
#include "doctor/facts.h"

namespace relaybench::doctor {

/// HOST, HOST:PORT, an IPv6 address with or without brackets; the port is 443 where none is named.
[[nodiscard]] core::Expected<ControlHost> parse_control(std::string_view text);

/// Tries to reach it the way that the relay is reached: by the proxy's tunnel, or directly.
[[nodiscard]] ControlTried try_control(const Facts& facts, const ControlHost& control);

/// The way by which it can be asked in HTTP, once or often (reach_relay): by TLS, and plainly at port 80. Nothing when it is not reached.
[[nodiscard]] std::optional<Facts> way_to_control(const Facts& facts, const ControlHost& control, Deadline deadline);

}  // namespace relaybench::doctor
