#include "doctor/tls_verdict.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"

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
    const bool is_proven = trials.small_packets == TrialEnd::TlsAnswer;
    return found("net.mtu-blackhole-down", is_proven ? Confidence::Proven : Confidence::Likely,
                 is_proven
                     ? fmt::format("TLS to {} works with small packets only: large ones are lost on the way here.", peer.authority)
                     : fmt::format("Of what {} sends, later packets arrive and the large ones before them are lost ({} came out of order).",
                                   peer.authority, result.tcp.out_of_order_in));
}

Finding why_silent(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    if (trials.small_packets == TrialEnd::TlsAnswer || result.tcp.out_of_order_in > 0) {
        return black_hole(peer, result, trials);
    }
    const bool lost = is_greeting_lost(result.tcp);
    if (trials.other_name == TrialEnd::TlsAnswer) {
        return found(
            "tls.sni-drop", lost ? Confidence::Proven : Confidence::Likely,
            fmt::format("A TLS greeting that names {} is swallowed on the way; one that names another host is answered.", peer.host));
    }
    if (trials.plain_request == TrialEnd::HttpAnswer) {
        return plain_http(peer);
    }
    if (lost) {
        const bool only_tls = trials.plain_request == TrialEnd::OtherAnswer;
        return found("tls.greeting-dropped", only_tls ? Confidence::Proven : Confidence::Likely,
                     fmt::format("{} accepts connections, and the TLS greeting is never acknowledged, whatever host it names{}.",
                                 peer.authority, only_tls ? "; a plain request is answered" : ""));
    }
    const bool all_silent = trials.same_again == TrialEnd::Silence && trials.plain_request == TrialEnd::Silence;
    return found("tls.server-silent", all_silent ? Confidence::Proven : Confidence::Likely,
                 fmt::format("{} takes the TLS greeting and says nothing, however it is asked.", peer.authority));
}

Finding why_cut(const TlsPeer& peer, const TlsTrials& trials) {
    if (trials.other_name == TrialEnd::TlsAnswer) {
        return found("tls.reset-after-clienthello", Confidence::Proven,
                     fmt::format("A TLS greeting that names {} is cut off at once; one that names another host is not.", peer.host));
    }
    if (trials.plain_request == TrialEnd::HttpAnswer) {
        return plain_http(peer);
    }
    return found("tls.reset-after-clienthello", Confidence::Likely,
                 fmt::format("The connection to {} is cut off right after the TLS greeting, whatever host it names.", peer.authority));
}

bool says(const HandshakeResult& result, std::initializer_list<std::string_view> reasons) {
    return std::any_of(reasons.begin(), reasons.end(),
                       [&](std::string_view reason) { return result.reason.find(reason) != std::string::npos; });
}

Finding why_refused(const TlsPeer& peer, const HandshakeResult& result, const TlsTrials& trials) {
    if (says(result, {"unrecognized name"})) {
        return found("tls.sni-unknown", Confidence::Proven, fmt::format("The server does not know the name {}.", peer.host));
    }
    if (says(result, {"protocol version", "unsupported protocol", "version too low"})) {
        return found("tls.version-blocked", Confidence::Proven, "The peer speaks no TLS 1.2 or newer.");
    }
    if (says(result, {"certificate required"}) || (result.wants_certificate && result.end == End::Alert)) {
        return found("tls.client-cert-required", Confidence::Proven,
                     fmt::format("{} asked for a certificate of the client and ended the hand-shake without one.", peer.authority));
    }
    if (trials.plain_request == TrialEnd::HttpAnswer) {
        return plain_http(peer);
    }
    const std::string reason = core::printable(result.reason, kShownBytes);
    if (result.end == End::NotTls) {
        return found("tls.not-tls", Confidence::Proven, fmt::format("What answers at {} does not speak TLS ({}).", peer.authority, reason));
    }
    if (result.end == End::Alert && trials.other_name == TrialEnd::TlsAnswer && trials.same_again != TrialEnd::TlsAnswer) {
        return found("tls.sni-unknown", Confidence::Likely,
                     fmt::format("{} refuses a greeting that names {} ({}), and not one that names another host.", peer.authority,
                                 peer.host, reason));
    }
    return found("tls.refused", Confidence::Likely, fmt::format("The TLS hand-shake with {} fails: {}.", peer.authority, reason));
}

}  // namespace

std::string_view words(TrialEnd end) {
    constexpr auto kWords = std::to_array<std::string_view>({"not tried", "answered by TLS", "answered by a plain HTTP server",
                                                             "answered, not by a plain HTTP server", "cut off", "no answer"});
    return kWords.at(static_cast<std::size_t>(end));
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
    return result.end == End::Reset || result.end == End::Closed ? why_cut(peer, trials) : why_refused(peer, result, trials);
}

bool is_slow(const HandshakeResult& result) {
    return result.took > kSlowHandshake && result.took > kRoundTrips * result.tcp.rtt + kFixedCost;
}

}  // namespace relaybench::doctor
