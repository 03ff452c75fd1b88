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
};
[[nodiscard]] PortalVerdict judge_portal(const PortalSigns& signs);

/// Whether an answer looks as if it were not the relay's: worth asking at an address that nobody has.
[[nodiscard]] bool looks_foreign(const PortalSigns& signs);

/// Whether it is what a portal answers whatever it is asked for.
[[nodiscard]] bool answers_anything(const HttpReply& reply);

/// Who stands in the way: the host that browsers are sent to, as far as it is named.
[[nodiscard]] std::string portal_name(const HttpReply& reply);

}  // namespace relaybench::doctor
