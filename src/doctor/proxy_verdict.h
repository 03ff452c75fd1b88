#pragma once

#include "doctor/http_exchange.h"
#include "result/diagnosis.h"
#include "wire/proxy.h"

namespace relaybench::doctor {

/// What an answer to CONNECT that is no 2xx means. Pure.
[[nodiscard]] result::Finding why_no_tunnel(const wire::Proxy& proxy, const HttpReply& reply);

}  // namespace relaybench::doctor
