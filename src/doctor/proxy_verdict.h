#pragma once

#include <string>
#include <string_view>

#include "doctor/http_exchange.h"
#include "result/diagnosis.h"
#include "wire/proxy.h"

namespace relaybench::doctor {

/// All values of a header that may stand several times, for people.
[[nodiscard]] std::string every(const HttpReply& reply, std::string_view name);

/// What an answer to CONNECT that is no 2xx means. Pure.
[[nodiscard]] result::Finding why_no_tunnel(const wire::Proxy& proxy, const HttpReply& reply);

}  // namespace relaybench::doctor
