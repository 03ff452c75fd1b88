#include "doctor/portal.h"

#include <array>
#include <string_view>

#include "core/text.h"
#include "doctor/word_search.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

constexpr int kSignInFirst = 511;  // RFC 6585 §6
constexpr std::size_t kShownBytes = 80;
/// Of a page: scripts that follow say nothing to people.
constexpr std::size_t kPageBytes = std::size_t{8} << 10;

constexpr auto kSignInWords = std::to_array<std::string_view>(
    {"login", "log in",  "log-in", "logon", "sign in", "sign-in",     "signin",      "signon",   "captive", "hotspot", "portal",
     "guest", "voucher", "wi-fi",  "wifi",  "wlan",    "authenticat", "room number", "anmelden", "登录",    "认证"});
constexpr auto kBlockWords = std::to_array<std::string_view>(
    {"blocked", "block page", "blockpage", "denied", "forbidden", "not allowed", "not permitted", "prohibited", "violat", "web filter",
     "webfilter", "restricted", "use the proxy", "proxy settings", "proxy server", "gesperrt", "禁止", "阻止"});

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

/// Where browsers are sent, and what they are shown, in small letters.
std::string told_by(const HttpReply& reply) {
    return core::lowercase(std::string(reply.header("location")) + " " + reply.body.substr(0, kPageBytes));
}

/// A page of any make: some portals name no type, and begin with a script or a comment.
bool is_page(const HttpReply& reply) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    std::string_view body = reply.body;
    body.remove_prefix(body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
    return reply.is_html() || core::trimmed(body.substr(0, kShownBytes)).starts_with('<');
}

}  // namespace

PageKind kind_of_page(const HttpReply& reply) {
    if (names_itself_portal(reply)) {
        return PageKind::SignIn;
    }
    const std::string told = told_by(reply);
    const bool signs_in = contains_any(told, kSignInWords);
    const bool forbids = contains_any(told, kBlockWords);
    return signs_in == forbids ? PageKind::Unclear : signs_in ? PageKind::SignIn : PageKind::Block;
}

bool names_itself_portal(const HttpReply& reply) {
    return reply.status == kSignInFirst || told_by(reply).find("wispaccessgatewayparam") != std::string::npos;
}

bool answers_anything(const HttpReply& reply) { return reply.status == 200 || reply.status == kSignInFirst || is_redirect(reply); }

bool looks_foreign(const PortalSigns& signs) {
    const HttpReply& reply = signs.from_relay;
    // The page that was asked for has no content, so a page of HTML is somebody's answer to everything.
    return reply.status == kSignInFirst || leads_elsewhere(reply, signs.host) || (reply.status == 200 && is_page(reply));
}

PortalVerdict judge_portal(const PortalSigns& signs) {
    if (signs.from_relay.header("x-hs-challenge") == signs.nonce) {
        return PortalVerdict::Relay;
    }
    if (!looks_foreign(signs)) {
        return PortalVerdict::Unknown;
    }
    const bool is_everywhere = signs.from_nowhere && answers_anything(*signs.from_nowhere);
    if (is_everywhere && kind_of_page(*signs.from_nowhere) == PageKind::Block) {
        return PortalVerdict::BlockPage;
    }
    if (is_everywhere || names_itself_portal(signs.from_relay)) {
        return PortalVerdict::Portal;
    }
    // Many relays have a web site at port 80, and a site's page alone is no reason to suspect anybody.
    const bool is_site = signs.from_relay.status == 200 && kind_of_page(signs.from_relay) == PageKind::Unclear;
    return is_site ? PortalVerdict::Unknown : PortalVerdict::Suspected;
}

std::string portal_name(const HttpReply& reply) {
    const auto location = wire::parse_url(reply.header("location"));
    return location ? core::printable(location->host, kShownBytes) : std::string("a page of its own");
}

}  // namespace relaybench::doctor
