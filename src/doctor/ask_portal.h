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

/// What stands before a proxy that could not be used and may not be what is wrong.
struct BeforeProxy {
    std::optional<result::Finding> portal;  ///< nobody gets out before signing in
    std::string block_page;                 ///< who answers, to forbid it, what goes past the proxy; empty: nobody
};
/// Who answers for every address there is.
[[nodiscard]] BeforeProxy look_before_proxy(const Facts& facts);

/// The same of an answer from an address that nobody has. Pure.
[[nodiscard]] BeforeProxy judge_before_proxy(const HttpReply& from_nowhere);

}  // namespace relaybench::doctor
