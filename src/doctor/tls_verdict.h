#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "doctor/handshake.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// How a further attempt ended, as far as it tells something.
enum class TrialEnd : std::uint8_t {
    NotTried,
    Session,      ///< a TLS session
    Alert,        ///< a TLS server answered, and refused
    HttpAnswer,   ///< of a plain request: a plain HTTP server answered
    BadRequest,   ///< of a plain request: HTTP 400, as TLS servers give, and some plain ones
    OtherAnswer,  ///< something else
    Cut,          ///< reset or closed
    Silence,
};
[[nodiscard]] constexpr bool is_tls(TrialEnd end) { return end == TrialEnd::Session || end == TrialEnd::Alert; }

/// What was tried after a hand-shake had failed, each on a connection of its own and all at once; hand-shakes twice, for on a line that loses
/// packets one alone says nothing. The letters of the evidence: (a), (b) …
struct TlsTrials {
    TrialEnd same_again = TrialEnd::NotTried;
    TrialEnd other_name = TrialEnd::NotTried;     ///< the greeting names another host
    TrialEnd small_packets = TrialEnd::NotTried;  ///< with a small maximum segment size
    TrialEnd plain_request = TrialEnd::NotTried;  ///< GET / without TLS
    TrialEnd older_version = TrialEnd::NotTried;  ///< a greeting that offers TLS 1.2 at most
    TrialEnd nothing_said = TrialEnd::NotTried;   ///< a connection over which nothing is sent
    std::string first_words;                      ///< of who speaks first there; untrusted
    std::size_t lost_greetings = 0;               ///< SYNs of all these connections that had to be sent again
};
/// What both rounds of trials say: what the relay's own greeting got at best, and what the other ones got at worst.
[[nodiscard]] TlsTrials merged(const TlsTrials& one, const TlsTrials& other);
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
