#include "doctor/websocket_refusal.h"

#include <fmt/format.h>

#include "doctor/answerer.h"
#include "doctor/finding_codes.h"
#include "doctor/http2_frames.h"
#include "doctor/shown.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using End = HttpReply::End;

/// The request was sent again and again and never acknowledged. That of a plain request was, on the same way.
bool is_dropped(const HttpReply& reply) {
    constexpr std::uint32_t kInVain = 3;
    return reply.end == End::TimedOut && reply.tcp.unacked > 0 && reply.tcp.retransmits >= kInVain;
}

bool is_gateway_error(int status) { return status == 502 || status == 503 || status == 504 || (status >= 520 && status <= 530); }

/// Plain requests are answered, this one is not.
result::Finding why_silent(const HttpReply& reply) {
    if (looks_like_http2(reply.first_bytes)) {
        return found("ws.h2-mismatch", Confidence::Proven, "The upgrade to WebSocket is answered with frames of HTTP/2.");
    }
    if (reply.end == End::Reset || reply.end == End::CutShort) {
        return found("ws.policy-denied", Confidence::Likely,
                     "Plain requests are answered, and the connection is cut off as soon as an upgrade to WebSocket is asked for.");
    }
    if (is_dropped(reply)) {
        return found("ws.policy-denied", Confidence::Likely,
                     fmt::format("Plain requests are answered, and the packet that asks for an upgrade to WebSocket was sent {} times more "
                                 "and never acknowledged: something on the way drops it.",
                                 reply.tcp.retransmits));
    }
    return found("ws.gateway", Confidence::Possible, fmt::format("The upgrade is not answered: {}.", reply.text()));
}

result::Finding why_stripped(const HttpReply& reply, const std::string& said, UpgradeHeaders headers) {
    switch (headers) {
        case UpgradeHeaders::Stripped:
            return found("ws.upgrade-stripped", Confidence::Proven, said + " What arrives at the relay has no Upgrade header.");
        case UpgradeHeaders::Arrive:
            // With other requests. Who answers as the relay saw none on this path; who shows a page of its own never asked the relay.
            return reply.is_html()
                       ? found("ws.answered-by-web-page", Confidence::Likely, said + " Upgrades do arrive at the relay on another path.")
                       : found("ws.upgrade-stripped", Confidence::Likely,
                               said + " The Upgrade header does arrive with other requests: this path is handled in another way.");
        case UpgradeHeaders::NotKnown:
            break;
    }
    return found("ws.upgrade-stripped", Confidence::Likely, said);
}

result::Finding why_denied(const HttpReply& reply, const std::string& said) {
    // Only the relay itself answers in its own shape; everybody else's refusal is a rule on the way.
    return reply.is_json() ? found("ws.auth", Confidence::Proven, said) : found("ws.policy-denied", Confidence::Likely, said);
}

}  // namespace

bool looks_like_plain_answer(const HttpReply& reply) {
    const int status = reply.status;
    return status == 400 || status == 404 || status == 405 || status == 426 || (status == 200 && !reply.is_html());
}

result::Finding why_upgrade_refused(const HttpReply& reply, const std::string& wrong_with, UpgradeHeaders headers) {
    const std::string said = fmt::format("The upgrade to WebSocket is answered with {}.", answered(reply));
    if (!reply.has_head()) {
        return why_silent(reply);
    }
    if (reply.status == 101) {
        return found("ws.broken-101", Confidence::Proven, fmt::format("The upgrade is accepted wrongly: {}.", wrong_with));
    }
    if (reply.status >= 300 && reply.status < 400) {
        return found("ws.redirect", Confidence::Proven,
                     fmt::format("The upgrade to WebSocket is sent on to {}.", shown_url(reply.header("location"))));
    }
    if (auto limited = why_limited(reply)) {
        return *std::move(limited);
    }
    if (is_gateway_error(reply.status)) {
        return found("ws.gateway", Confidence::Proven, said);
    }
    if (reply.status == 401 || reply.status == 403 || reply.status == 407) {
        return why_denied(reply, said);
    }
    if (reply.status == 200 && reply.is_html()) {
        return found("ws.answered-by-web-page", Confidence::Proven, said);
    }
    if (wants_tls(reply)) {
        return found("url.scheme-swapped", Confidence::Proven, said);
    }
    return why_stripped(reply, said, headers);
}

}  // namespace relaybench::doctor
