#pragma once

#include <string>

#include "doctor/facts.h"
#include "doctor/handshake.h"
#include "doctor/tls_verdict.h"

namespace relaybench::doctor {

/// A hand-shake with the relay, on a connection of its own, as its clients make them.
[[nodiscard]] HandshakeResult shake_hands_with_relay(const Facts& facts, core::Duration budget);
/// The same at this address.
[[nodiscard]] HandshakeResult shake_hands_at(const Facts& facts, const std::string& address, core::Duration budget);

/// After a hand-shake that came to nothing: asks again in other ways (another name, small segments, plain HTTP …), all at once. Where packets
/// get lost the tries that got through and those that did not may be chance: then once more.
[[nodiscard]] TlsTrials try_otherwise(const Facts& facts);

/// How a greeting that takes more than one packet fares.
struct LargeGreeting {
    TrialEnd large = TrialEnd::NotTried;
    TrialEnd large_again = TrialEnd::NotTried;
    TrialEnd large_in_small_packets = TrialEnd::NotTried;
    TrialEnd usual = TrialEnd::NotTried;  ///< beside those, twice: the one that got less
};
/// What is asked after the first is asked only where that is not answered.
[[nodiscard]] LargeGreeting try_large_greeting(const Facts& facts);

}  // namespace relaybench::doctor
