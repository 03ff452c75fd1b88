#include "doctor/portal.h"

#include "core/text.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

constexpr int kSignInFirst = 511;  // RFC 6585 §6
constexpr std::size_t kShownBytes = 80;

bool is_redirect(const HttpReply& reply) { return reply.status >= 300 && reply.status < 400; }

/// The last two labels, which sites of one owner mostly share.
std::string_view domain_of(std::string_view host) {
    const std::size_t last = host.rfind('.');
    const std::size_t before = last == std::string_view::npos || last == 0 ? std::string_view::npos : host.rfind('.', last - 1);
    return before == std::string_view::npos ? host : host.substr(before + 1);
}

bool leads_elsewhere(const HttpReply& reply, const std::string& host) {
    const auto location = wire::parse_url(reply.header("location"));
    if (!is_redirect(reply) || !location || core::iequals(location->host, host)) {
        return false;
    }
    return wire::is_address(location->host) || !core::iequals(domain_of(location->host), domain_of(host));
}

}  // namespace

bool answers_anything(const HttpReply& reply) { return reply.status == 200 || reply.status == kSignInFirst || is_redirect(reply); }

bool looks_foreign(const PortalSigns& signs) {
    const HttpReply& reply = signs.from_relay;
    // The page that was asked for has no content, so a page of HTML is somebody's answer to everything.
    return reply.status == kSignInFirst || leads_elsewhere(reply, signs.host) || (reply.status == 200 && reply.is_html());
}

PortalVerdict judge_portal(const PortalSigns& signs) {
    if (signs.from_relay.header("x-hs-challenge") == signs.nonce) {
        return PortalVerdict::Relay;
    }
    if (!looks_foreign(signs)) {
        return PortalVerdict::Unknown;
    }
    const bool is_everywhere = signs.from_nowhere && answers_anything(*signs.from_nowhere);
    const bool is_asked_for = signs.from_relay.status == kSignInFirst;
    return is_everywhere || is_asked_for ? PortalVerdict::Portal : PortalVerdict::Suspected;
}

std::string portal_name(const HttpReply& reply) {
    const auto location = wire::parse_url(reply.header("location"));
    return location ? core::printable(location->host, kShownBytes) : std::string("a page of its own");
}

}  // namespace relaybench::doctor
