#pragma once

#include "doctor/facts.h"
#include "doctor/proxy_verdict.h"

namespace relaybench::doctor {

/// Asks the proxy's port, to which HTTP was spoken in vain, in TLS and in SOCKS. Nothing secret is sent.
[[nodiscard]] Tongue tongue_of_proxy(const Facts& facts);

}  // namespace relaybench::doctor
