#pragma once

#include <string>

#include "doctor/handshake.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// How a further attempt ended, as far as it tells something.
enum class TrialEnd : std::uint8_t {
    NotTried,
    TlsAnswer,    ///< a session, or an alert: a TLS server answered
    HttpAnswer,   ///< of a plain request: a plain HTTP server answered
    OtherAnswer,  ///< of a plain request: something that is no success of HTTP, as TLS servers give
    Cut,          ///< reset or closed
    Silence,
};

/// What was tried after a hand-shake had failed, each on a connection of its own and all at once; hand-shakes twice, for on a line that loses
/// packets one alone says nothing. The letters of the evidence: (a), (b) …
struct TlsTrials {
    TrialEnd same_again = TrialEnd::NotTried;
    TrialEnd other_name = TrialEnd::NotTried;     ///< the greeting names another host
    TrialEnd small_packets = TrialEnd::NotTried;  ///< with a small maximum segment size
    TrialEnd plain_request = TrialEnd::NotTried;  ///< GET / without TLS
};
[[nodiscard]] std::string_view words(TrialEnd end);

/// Who was spoken to.
struct TlsPeer {
    std::string host;       ///< named in the greeting
    std::string authority;  ///< host and port, for texts
};

/// Why a hand-shake came to nothing. Pure.
[[nodiscard]] result::Finding why_no_session(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials);

/// Whether a hand-shake took much longer than its round trips.
[[nodiscard]] bool is_slow(const HandshakeResult& result);

}  // namespace relaybench::doctor
