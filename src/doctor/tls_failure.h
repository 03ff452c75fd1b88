#pragma once

#include <string>

#include "doctor/facts.h"
#include "doctor/handshake.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// The name that the relay's greeting carries; empty for literal addresses (RFC 6066 §3).
[[nodiscard]] std::string server_name(const Facts& facts);

/// A hand-shake with the relay, on a connection of its own, that names `name`.
[[nodiscard]] Handshake shake_hands_as(const Facts& facts, const std::string& name, core::Duration budget);

/// Why a hand-shake came to nothing: asks again in other ways (another name, small segments, plain HTTP) until one explanation is left.
[[nodiscard]] result::Finding why_no_session(const Facts& facts, const HandshakeResult& result);

}  // namespace relaybench::doctor
