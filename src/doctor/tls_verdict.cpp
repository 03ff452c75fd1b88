#include "doctor/tls_verdict.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/finding_codes.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using result::Finding;
using End = HandshakeResult::End;

constexpr std::size_t kShownBytes = 120;
constexpr core::Duration kSlowHandshake = std::chrono::seconds(2);
constexpr core::Duration kFixedCost = std::chrono::milliseconds(200);
constexpr int kRoundTrips = 4;

/// The greeting was never acknowledged: it, or each acknowledgement of it, is lost. tcpi_bytes_acked counts the SYN as one.
bool is_greeting_lost(const TcpFacts& tcp) { return tcp.bytes_acked <= 1 && tcp.unacked > 0; }

Finding plain_http(const TlsPeer& peer) {
    return found("tls.plain-http", Confidence::Proven, fmt::format("{} speaks plain HTTP, not TLS.", peer.authority));
}

Finding black_hole(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    const bool is_proven = is_tls(trials.small_packets);
    return found("net.mtu-blackhole-down", is_proven ? Confidence::Proven : Confidence::Likely,
                 is_proven
                     ? fmt::format("TLS to {} works with small packets only: large ones are lost on the way here.", peer.authority)
                     : fmt::format("Of what {} sends, later packets arrive and the large ones before them are lost ({} came out of order).",
                                   peer.authority, result.tcp.out_of_order_in));
}

/// What offers TLS 1.2 at most is answered, and what offers 1.3 as well is not.
Finding new_version_dropped(const TlsPeer& peer, std::string_view what_becomes_of_it) {
    return found("tls.new-version-dropped", Confidence::Proven,
                 fmt::format("A TLS greeting to {} that offers TLS 1.3 {}; one that offers no more than TLS 1.2 is answered.",
                             peer.authority, what_becomes_of_it));
}

Finding why_silent(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    // Where greetings of connections get lost as well, packets that overtake each other say nothing of their size.
    const bool is_overtaken = result.tcp.out_of_order_in > 0 && trials.lost_greetings == 0;
    if (is_tls(trials.small_packets) || is_overtaken) {
        return black_hole(peer, result, trials);
    }
    if (is_tls(trials.older_version)) {
        return new_version_dropped(peer, "is not answered");
    }
    const bool lost = is_greeting_lost(result.tcp);
    if (is_tls(trials.other_name)) {
        return found(
            "tls.sni-drop", lost ? Confidence::Proven : Confidence::Likely,
            fmt::format("A TLS greeting that names {} is swallowed on the way; one that names another host is answered.", peer.host));
    }
    if (trials.plain_request == TrialEnd::HttpAnswer) {
        return plain_http(peer);
    }
    if (lost) {
        const bool only_tls = trials.plain_request == TrialEnd::OtherAnswer || trials.plain_request == TrialEnd::BadRequest;
        return found("tls.greeting-dropped", only_tls ? Confidence::Proven : Confidence::Likely,
                     fmt::format("{} accepts connections, and the TLS greeting is never acknowledged, whatever host it names{}.",
                                 peer.authority, only_tls ? "; a plain request is answered" : ""));
    }
    const bool all_silent =
        trials.same_again == TrialEnd::Silence && trials.plain_request == TrialEnd::Silence && trials.lost_greetings == 0;
    return found("tls.server-silent", all_silent ? Confidence::Proven : Confidence::Likely,
                 fmt::format("{} takes the TLS greeting and says nothing, however it is asked.", peer.authority));
}

/// The end came without a word from us, or so late that it was no answer to the greeting.
Finding closed_at_once(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    if (trials.nothing_said == TrialEnd::Cut) {
        return found("tls.closed-at-once", Confidence::Proven,
                     fmt::format("{} accepts connections and closes them, also when nothing is said.", peer.authority));
    }
    return found("tls.closed-at-once", Confidence::Likely,
                 fmt::format("{} accepts connections and closes them after {}, whatever is said.", peer.authority,
                             core::human_duration(result.took)));
}

Finding why_cut(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    constexpr core::Duration kLongForFilters = std::chrono::seconds(1);
    if (is_tls(trials.older_version)) {
        return new_version_dropped(peer, "is cut off");
    }
    if (is_tls(trials.other_name)) {
        return found("tls.reset-after-clienthello", Confidence::Proven,
                     fmt::format("A TLS greeting that names {} is cut off at once; one that names another host is not.", peer.host));
    }
    if (trials.plain_request == TrialEnd::HttpAnswer) {
        return plain_http(peer);
    }
    const bool is_all_cut = trials.plain_request == TrialEnd::Cut && trials.same_again == TrialEnd::Cut;
    if (is_all_cut && (trials.nothing_said == TrialEnd::Cut || result.took > kLongForFilters)) {
        return closed_at_once(peer, result, trials);
    }
    return found("tls.reset-after-clienthello", Confidence::Likely,
                 fmt::format("The connection to {} is cut off right after the TLS greeting, whatever host it names.", peer.authority));
}

bool says(const HandshakeResult& result, std::initializer_list<std::string_view> reasons) {
    return std::any_of(reasons.begin(), reasons.end(),
                       [&](std::string_view reason) { return result.reason.find(reason) != std::string::npos; });
}

Finding not_tls(const TlsPeer& peer, const TlsTrials& trials, const std::string& reason) {
    const std::string words = core::printable(trials.first_words, kShownBytes);
    return found("tls.not-tls", Confidence::Proven,
                 words.empty() ? fmt::format("What answers at {} does not speak TLS ({}).", peer.authority, reason)
                               : fmt::format("What answers at {} does not speak TLS: it speaks first, \"{}\".", peer.authority, words));
}

Finding why_refused(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    if (says(result, {"unrecognized name"})) {
        return found("tls.sni-unknown", Confidence::Proven,
                     trials.other_name == TrialEnd::NotTried && wire::is_address(peer.host)
                         ? fmt::format("The server wants to be called by a name, and the URL holds an address, {}.", peer.host)
                         : fmt::format("The server does not know the name {}.", peer.host));
    }
    if (says(result, {"protocol version", "unsupported protocol", "version too low"})) {
        return found("tls.version-blocked", Confidence::Proven, "The peer speaks no TLS 1.2 or newer.");
    }
    if (says(result, {"certificate required"}) || (result.wants_certificate && result.end == End::Alert)) {
        return found("tls.client-cert-required", Confidence::Proven,
                     fmt::format("{} asked for a certificate of the client and ended the hand-shake without one.", peer.authority));
    }
    const bool is_http =
        trials.plain_request == TrialEnd::HttpAnswer || (result.end == End::NotTls && trials.plain_request == TrialEnd::BadRequest);
    if (is_http) {
        return plain_http(peer);
    }
    const std::string reason = core::printable(result.reason, kShownBytes);
    if (result.end == End::NotTls) {
        return not_tls(peer, trials, reason);
    }
    if (result.end == End::Alert && trials.same_again != TrialEnd::Session) {
        if (trials.other_name == TrialEnd::Session) {
            return found("tls.sni-unknown", Confidence::Likely,
                         fmt::format("{} refuses a greeting that names {} ({}), and not one that names another host.", peer.authority,
                                     peer.host, reason));
        }
        if (trials.older_version == TrialEnd::Session) {
            Finding finding = new_version_dropped(peer, fmt::format("is refused ({})", reason));
            finding.who = result::Party::Relay;
            return finding;
        }
    }
    if (says(result, {"no application protocol"})) {
        return found("tls.refused", Confidence::Proven,
                     fmt::format("{} takes none of the protocols that are offered (ALPN): it does not speak HTTP/1.1.", peer.authority));
    }
    return found("tls.refused", Confidence::Likely, fmt::format("The TLS hand-shake with {} fails: {}.", peer.authority, reason));
}

}  // namespace

std::string_view words(TrialEnd end) {
    constexpr auto kWords =
        std::to_array<std::string_view>({"not tried", "a session", "refused by an alert", "answered by a plain HTTP server",
                                         "answered with HTTP 400", "answered with something else", "cut off", "no answer"});
    return kWords.at(static_cast<std::size_t>(end));
}

TlsTrials merged(const TlsTrials& one, const TlsTrials& other) {
    const auto better = [](TrialEnd a, TrialEnd b) { return is_tls(a) || b == TrialEnd::NotTried ? a : b; };
    const auto worse = [](TrialEnd a, TrialEnd b) { return is_tls(a) && b != TrialEnd::NotTried ? b : a; };
    const auto telling = [](TrialEnd a, TrialEnd b) { return a == TrialEnd::Silence || a == TrialEnd::NotTried ? b : a; };
    TlsTrials both = one;
    both.same_again = better(one.same_again, other.same_again);
    both.other_name = worse(one.other_name, other.other_name);
    both.small_packets = worse(one.small_packets, other.small_packets);
    both.older_version = worse(one.older_version, other.older_version);
    both.plain_request = telling(one.plain_request, other.plain_request);
    both.nothing_said = telling(one.nothing_said, other.nothing_said);
    both.lost_greetings += other.lost_greetings;
    return both;
}

Finding why_no_session(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    if (result.end == End::NotConnected) {
        return found("net.flaky", Confidence::Likely,
                     fmt::format("{} could be connected to a moment before, and now it cannot: {}.", peer.authority,
                                 core::printable(result.reason, kShownBytes)));
    }
    if (result.end == End::TimedOut) {
        return why_silent(peer, result, trials);
    }
    return result.end == End::Reset || result.end == End::Closed ? why_cut(peer, result, trials) : why_refused(peer, result, trials);
}

bool is_slow(const HandshakeResult& result) {
    return result.took > kSlowHandshake && result.took > kRoundTrips * result.tcp.rtt + kFixedCost;
}

}  // namespace relaybench::doctor
