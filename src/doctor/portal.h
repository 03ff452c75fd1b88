#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// What was asked in plain HTTP at the relay's address, and what came back. Judged without the network by judge_portal.
struct PortalSigns {
    std::string host;   ///< the relay's
    std::string nonce;  ///< that the relay's own page would give back
    HttpReply from_relay;
    std::optional<HttpReply> from_nowhere;  ///< from an address that nobody has; nothing: not asked
};

enum class PortalVerdict : std::uint8_t {
    Relay,      ///< it proved itself
    Unknown,    ///< an answer that any web server may give
    Suspected,  ///< what portals answer, and so do others
    Portal,
    BlockPage,  ///< somebody answers for every address, to say that this is forbidden here
};
[[nodiscard]] PortalVerdict judge_portal(const PortalSigns& signs);

/// Whether an answer looks as if it were not the relay's: worth asking at an address that nobody has.
[[nodiscard]] bool looks_foreign(const PortalSigns& signs);

/// Whether it is what a portal answers whatever it is asked for.
[[nodiscard]] bool answers_anything(const HttpReply& reply);

/// What a page that answers for every address is for, by its words: a portal's asks for a sign-in, a company's forbids what goes past its
/// proxy. Unclear: neither is said, or both.
enum class PageKind : std::uint8_t { Unclear, SignIn, Block };
[[nodiscard]] PageKind kind_of_page(const HttpReply& reply);

/// Whether it says so in a way that is made for portals: status 511 (RFC 6585 §6), or the words for the software of hotspots (WISPr).
[[nodiscard]] bool names_itself_portal(const HttpReply& reply);

/// Who stands in the way: the host that browsers are sent to, as far as it is named.
[[nodiscard]] std::string portal_name(const HttpReply& reply);

}  // namespace relaybench::doctor
