#include "doctor/tls_failure.h"

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/reach.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using End = HandshakeResult::End;

constexpr core::Duration kSecondTryBudget = std::chrono::seconds(3);
constexpr int kSmallSegments = 1000;
constexpr std::string_view kNeutralName = "www.example.com";
constexpr std::size_t kShownBytes = 120;

/// Whether plain HTTP is spoken on the relay's port.
bool speaks_plain_http(const Facts& facts) {
    Reached way = reach_port(facts, facts.url.port, now() + kSecondTryBudget);
    if (!way.channel) {
        return false;
    }
    HttpQuestion question;
    question.authority = facts.url.authority();
    const HttpReply reply = exchange(*way.channel, question, now() + kSecondTryBudget);
    return reply.has_head() && reply.status != 400;
}

/// Whether small segments get through where the answer to a ClientHello did not.
bool small_segments_help(const Facts& facts) {
    if (facts.proxy) {
        return false;
    }
    const Deadline deadline = now() + kSecondTryBudget;
    const Dialled dialled = dial_with_segments(facts.address, facts.url.port, kSmallSegments, deadline);
    return dialled.system_error == 0 &&
           shake_hands(dialled.socket, {.server_name = server_name(facts), .protocols = {"http/1.1"}}, deadline).session != nullptr;
}

/// Whether a greeting that names another host gets an answer of TLS: then the name is what the way objects to.
bool other_name_is_answered(const Facts& facts) {
    if (server_name(facts).empty()) {
        return false;
    }
    const End end = shake_hands_as(facts, std::string(kNeutralName), kSecondTryBudget).result.end;
    return end == End::Stands || end == End::Alert;
}

result::Finding why_silent(const Facts& facts, const HandshakeResult& result) {
    const std::string where = facts.url.authority();
    if (result.tcp.bytes_received == 0 && result.tcp.out_of_order_in > 0) {
        return found("net.mtu-blackhole-down", small_segments_help(facts) ? Confidence::Proven : Confidence::Likely,
                     fmt::format("Small packets from {} arrive and large ones are lost on the way.", where));
    }
    if (small_segments_help(facts)) {
        return found("net.mtu-blackhole-down", Confidence::Proven,
                     fmt::format("TLS to {} works with small packets only: large ones are lost on the way.", where));
    }
    if (other_name_is_answered(facts)) {
        return found(
            "tls.sni-drop", Confidence::Proven,
            fmt::format("A TLS greeting that names {} is swallowed on the way; one that names another host is answered.", facts.url.host));
    }
    return speaks_plain_http(facts)
               ? found("tls.plain-http", Confidence::Proven, fmt::format("{} speaks plain HTTP, not TLS.", where))
               : found("tls.server-silent", Confidence::Likely, fmt::format("{} accepts connections and says nothing to TLS.", where));
}

result::Finding why_cut(const Facts& facts) {
    const bool other_name_works = other_name_is_answered(facts);
    if (!other_name_works && speaks_plain_http(facts)) {
        return found("tls.plain-http", Confidence::Proven, fmt::format("{} speaks plain HTTP, not TLS.", facts.url.authority()));
    }
    return found("tls.reset-after-clienthello", other_name_works ? Confidence::Proven : Confidence::Likely,
                 other_name_works
                     ? fmt::format("A TLS greeting that names {} is cut off at once; one that names another host is not.", facts.url.host)
                     : fmt::format("The connection to {} is cut off right after the TLS greeting.", facts.url.authority()));
}

result::Finding why_refused(const Facts& facts, const HandshakeResult& result) {
    if (result.reason.find("unrecognized name") != std::string::npos) {
        return found("tls.sni-unknown", Confidence::Proven, fmt::format("The server does not know the name {}.", facts.url.host));
    }
    if (result.reason.find("protocol version") != std::string::npos || result.reason.find("unsupported protocol") != std::string::npos) {
        return found("tls.version-blocked", Confidence::Proven, "The peer speaks no TLS 1.2 or newer.");
    }
    return speaks_plain_http(facts)
               ? found("tls.plain-http", Confidence::Proven, fmt::format("{} speaks plain HTTP, not TLS.", facts.url.authority()))
               : found("tls.middlebox", Confidence::Possible,
                       fmt::format("The TLS hand-shake fails: {}.", core::printable(result.reason, kShownBytes)));
}

}  // namespace

std::string server_name(const Facts& facts) { return wire::is_address(facts.url.host) ? "" : facts.url.host; }

Handshake shake_hands_as(const Facts& facts, const std::string& name, core::Duration budget) {
    const Deadline deadline = now() + budget;
    Reached way = reach_port(facts, facts.url.port, deadline);
    if (!way.channel) {
        Handshake none;
        none.result.reason = way.failure;
        return none;
    }
    const Socket socket = way.channel->take_socket();
    return shake_hands(socket, {.server_name = name, .protocols = {"http/1.1"}}, deadline);
}

result::Finding why_no_session(const Facts& facts, const HandshakeResult& result) {
    if (result.end == End::TimedOut) {
        return why_silent(facts, result);
    }
    return result.end == End::Reset || result.end == End::Closed ? why_cut(facts) : why_refused(facts, result);
}

}  // namespace relaybench::doctor
