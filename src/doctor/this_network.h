#pragma once

#include <string>

#include "doctor/examination.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Whether an interface of this machine, other than loopback, is up and has an address that reaches further than its link.
[[nodiscard]] bool has_network_address();

/// Whether this machine itself has that (numeric) address.
[[nodiscard]] bool is_own_address(const std::string& address);

/// Whether packets to that (numeric) address have a way out of this machine and an address to come from. Sends nothing.
[[nodiscard]] bool has_way_out(const std::string& address);

/// "public", "private" (RFC 1918), "shared" (RFC 6598), "link-local", "unique-local" (RFC 4193) or "loopback"; "none" for what is no address.
[[nodiscard]] std::string class_of_address(const std::string& address);

/// Of the network that this machine is in. Sends nothing.
[[nodiscard]] result::NetworkFingerprint network_fingerprint(const Subject& subject);

}  // namespace relaybench::doctor
