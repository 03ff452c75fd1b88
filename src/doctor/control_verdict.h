#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doctor/facts.h"

namespace relaybench::doctor {

/// How an attempt to reach a control host ended.
struct ControlTried {
    std::string name;  ///< host and port
    std::string code;  ///< of the finding that the same failure of the relay would be; empty: it was reached
    std::string text;  ///< "connected in 3 ms", "Connection refused after 1 ms"
    /// Whether a name had to be looked up for it.
    enum class Named : std::uint8_t { ByName, ByAddress } named = Named::ByName;
};

/// Whether it is the network or the relay that fails.
enum class ControlVerdict : std::uint8_t {
    AllReached,      ///< as the relay is
    ControlsDown,    ///< the relay is reached and a control host is not
    RelayOnly,       ///< the relay is not reached, and a control host is
    PastNames,       ///< the relay's name leads nowhere, and control hosts that were named by their addresses are reached
    PastTheProxy,    ///< the proxy is not reached, and a control host is without it
    Offline,         ///< nothing is reached, in a way that one cause explains
    NothingReached,  ///< nothing is reached, for different reasons
};
/// `stuck`: where the way to the relay ends; null: it stands. Pure.
[[nodiscard]] ControlVerdict judge_controls(const Stuck* stuck, const std::vector<ControlTried>& controls);

/// A proxy that is not reached itself says nothing of what is behind it.
[[nodiscard]] bool is_stuck_before_proxy(const Stuck& stuck);

}  // namespace relaybench::doctor
