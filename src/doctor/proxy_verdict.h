#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "doctor/http_exchange.h"
#include "result/diagnosis.h"
#include "wire/proxy.h"

namespace relaybench::doctor {

/// All values of a header that may stand several times, for people.
[[nodiscard]] std::string every(const HttpReply& reply, std::string_view name);

/// Why no connection to the proxy, at this address, comes about. Pure.
[[nodiscard]] result::Finding why_unreachable(const wire::Proxy& proxy, const std::string& address, int system_error);

/// What an answer to CONNECT that opens no tunnel means: no 2xx, or a 2xx with a page behind it. Pure.
[[nodiscard]] result::Finding why_no_tunnel(const wire::Proxy& proxy, const HttpReply& reply);

/// What a port speaks to which HTTP was spoken in vain.
enum class Tongue : std::uint8_t { Unknown, Tls, Socks };
/// The finding for a proxy that speaks something else; nothing when that is not known. Pure.
[[nodiscard]] std::optional<result::Finding> speaks_otherwise(const wire::Proxy& proxy, Tongue tongue);

/// What a proxy says of its own failure to reach the relay: by X-Squid-Error, Proxy-Status (RFC 9209) or words of its page. Pure.
enum class UpstreamFault : std::uint8_t { Untold, Name, Refused, Silent };
[[nodiscard]] UpstreamFault upstream_fault(const HttpReply& reply);

/// The relay as this machine finds it past the proxy.
struct PastProxy {
    enum class Name : std::uint8_t { Untold, Known, Unknown } name = Name::Untold;  ///< Untold also where the URL holds an address
    enum class Port : std::uint8_t { Untold, Open, Refused } port = Port::Untold;
    enum class Where : std::uint8_t { Elsewhere, OnThisMachine } where = Where::Elsewhere;
};
/// proxy.upstream-fail with who has to act, as far as both views together tell. Pure.
[[nodiscard]] result::Finding blamed(result::Finding upstream_fail, UpstreamFault fault, const PastProxy& past, const std::string& relay);

}  // namespace relaybench::doctor
