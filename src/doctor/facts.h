#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "doctor/certificates.h"
#include "doctor/check.h"
#include "doctor/clock_verdict.h"
#include "doctor/dns_query.h"
#include "doctor/examination.h"
#include "doctor/http_exchange.h"
#include "doctor/sse_probe.h"
#include "doctor/stream_arms.h"
#include "doctor/tcp_verdict.h"
#include "doctor/tls_verdict.h"
#include "doctor/trust.h"
#include "result/diagnosis.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::doctor {

/// The check at which the way to the relay ended, and its root cause.
struct Stuck {
    std::string check;
    std::string code;
};

/// Who answers plain HTTP in the relay's place.
struct PortalSeen {
    std::string name;  ///< where browsers are sent to, printable
    /// Suspected: the relay's own web server may do the same. BlockPage: of a network that forbids plain HTTP, and may let TLS through.
    enum class State : std::uint8_t { Suspected, Certain, BlockPage } state = State::Suspected;
};

/// What checks have learned, for those that need them. A check writes its own part and reads those of the checks that it needs; the runner
/// orders the two, so nothing here is locked.
struct Facts {
    Deadline ends = Deadline::max();   ///< of the whole examination: whatever is waited for ends by then
    core::Duration patience{0};        ///< beyond each budget: where connections may take long
    wire::Url url;                     ///< of the HTTP side (http or https), whatever scheme the user wrote
    std::optional<wire::Proxy> proxy;  ///< that connections go through
    std::string proxy_address;         ///< proxy.tcp

    std::vector<std::string> addresses;        ///< dns.system
    std::vector<DnsAnswer> dns_answers;        ///< dns.system: when it had to ask the resolvers itself
    std::optional<result::Finding> misled;     ///< dns.sanity: why the address may be somebody else's, when it may be
    std::optional<PortalSeen> portal;          ///< net.captive; nothing: nobody answers in the relay's place
    std::string address;                       ///< tcp.443: the first that answers, as programs would use
    std::vector<std::string> other_addresses;  ///< tcp.443: others that answer
    bool loses_packets = false;                ///< tcp.443, tls.handshake: attempts to connect lost packets now and then
    std::string broken_family;                 ///< tcp.443: "IPv6" when none of its addresses answers and others do; empty: none
    std::vector<Tried> failed_tries;           ///< tcp.443: of its first run, for the second one
    std::optional<Stuck> stuck;                ///< where the way to the relay ends; nothing: it stands, or it was not tried
    std::optional<bool> open_80;               ///< tcp.80; nothing: not asked
    std::optional<bool> open_8080;             ///< tcp.8080
    std::optional<TlsTrials> tls_trials;       ///< tls.handshake, when it failed
    std::optional<result::Finding> tls_fault;  ///< tls.handshake, tls.verify: why there is no TLS that can be trusted

    Chain chain;                          ///< tls.handshake
    Vouched vouched = Vouched::Nobody;    ///< tls.verify: who vouches for that chain
    std::optional<ClockJudgement> clock;  ///< clock.skew: this machine's clock against others

    bool has_doctor_pages = false;  ///< http.identity
    bool proved_itself = false;     ///< http.identity: may be sent a key
    std::string prefix;             ///< of the relay's paths: "/v1"
    bool lists_models = true;       ///< http.identity: false: it takes completions, and knows no GET /models
    int refused_without_key = 0;  ///< http.identity: status of the refusal of the list to those without a key; 0: not refused, or not asked
    std::optional<bool> is_list_open;  ///< http.identity, http.auth: whether the list of models is shown without a key; nothing: not asked
    std::vector<std::string> models;   ///< http.auth
    bool has_all_models = false;       ///< http.auth: `models` is the whole list
    std::optional<HttpReply> auth_reply;  ///< http.auth
    std::optional<FirstStreams> streams;  ///< sse.headers: the synthetic streams
    std::optional<StreamArms> arms;       ///< sse.ab: how they came
    std::optional<Pacing> messages;       ///< ws.stream: how the relay's synthetic messages came
    std::string intercepted_by;           ///< sse.ab: who opens TLS on the way; empty: nobody

    /// This long from now, and as much more as a slow line wants, but not beyond the end of the examination: every wait of a check ends by such a moment.
    [[nodiscard]] Deadline within(core::Duration budget) const;
    /// The same as a length, without what a slow line wants; never negative.
    [[nodiscard]] core::Duration left_of(core::Duration budget) const;

    /// The same relay with the same time, and nothing else of what was learned: for a way that is not the examined one, whose address or
    /// proxy the caller sets.
    [[nodiscard]] Facts another_way() const;
};

/// What is known before the first check.
[[nodiscard]] Facts first_facts(const Subject& subject);

/// Remembers when the way to the relay ends at this check.
[[nodiscard]] Outcome noted(Facts& facts, std::string_view check, Outcome outcome);

}  // namespace relaybench::doctor
