#pragma once

#include <span>

#include "doctor/finding_codes.h"

/// The table of finding codes in its parts. Only for the files of this folder that hold them and for finding_codes.cpp.
namespace relaybench::doctor {

[[nodiscard]] std::span<const FindingCode> key_codes();
[[nodiscard]] std::span<const FindingCode> url_codes();
[[nodiscard]] std::span<const FindingCode> proxy_codes();
[[nodiscard]] std::span<const FindingCode> environment_codes();  ///< env, clock, host
[[nodiscard]] std::span<const FindingCode> network_codes();      ///< dns, tcp, net, ipv6
[[nodiscard]] std::span<const FindingCode> tls_codes();
[[nodiscard]] std::span<const FindingCode> http_codes();  ///< http, relay, auth, rate, model
[[nodiscard]] std::span<const FindingCode> sse_codes();
[[nodiscard]] std::span<const FindingCode> websocket_codes();
[[nodiscard]] std::span<const FindingCode> idle_codes();
[[nodiscard]] std::span<const FindingCode> browser_codes();

}  // namespace relaybench::doctor
