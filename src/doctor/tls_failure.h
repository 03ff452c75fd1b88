#pragma once

#include <string>

#include "doctor/facts.h"
#include "doctor/handshake.h"
#include "doctor/tls_verdict.h"

namespace relaybench::doctor {

/// The name that the relay's greeting carries; empty for literal addresses (RFC 6066 §3).
[[nodiscard]] std::string server_name(const Facts& facts);

/// A hand-shake with the relay, on a connection of its own, that names `name`.
[[nodiscard]] Handshake shake_hands_as(const Facts& facts, const std::string& name, core::Duration budget);

/// After a hand-shake that came to nothing: asks again in other ways (another name, small segments, plain HTTP), all at once.
[[nodiscard]] TlsTrials try_otherwise(const Facts& facts);

}  // namespace relaybench::doctor
