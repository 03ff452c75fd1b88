#pragma once

#include <optional>
#include <string>

#include "doctor/facts.h"
#include "doctor/http_exchange.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// What plain HTTP to port 80 of this address brings; nothing when it is closed. `authority`: whom the request names.
[[nodiscard]] std::optional<HttpReply> ask_plain(const Facts& facts, const std::string& address, const std::string& authority,
                                                 const std::string& nonce);

/// The same at an address that nobody on the internet has: only who answers for every address answers there. The request names that address
/// and no host, so that a proxy which goes by the name, and not a portal, finds nothing.
[[nodiscard]] std::optional<HttpReply> ask_nowhere(const Facts& facts, const std::string& nonce);

/// A portal that answers for every address, where a proxy could not be used and may not be what is wrong; nothing when nobody does.
[[nodiscard]] std::optional<result::Finding> portal_before_proxy(const Facts& facts);

}  // namespace relaybench::doctor
