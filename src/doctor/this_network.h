#pragma once

namespace relaybench::doctor {

/// Whether an interface of this machine, other than loopback, is up and has an address that reaches further than its link.
[[nodiscard]] bool has_network_address();

}  // namespace relaybench::doctor
