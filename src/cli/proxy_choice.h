#pragma once

#include <optional>
#include <string>

#include "cli/context.h"
#include "core/error.h"
#include "scenario/scenario.h"
#include "wire/proxy.h"
#include "wire/url.h"

namespace relaybench::cli {

/// The proxy that connections to a relay go through, and who said so.
struct ProxyChoice {
    wire::Proxy proxy;
    std::string from;  ///< "proxy", or the environment variable
};

/// What the relay names (its user and password from proxy_auth_env), else what the environment does: https_proxy or HTTPS_PROXY for relays
/// spoken to over TLS, http_proxy for others (HTTP_PROXY is ignored, since a web server would set it from a request header), all_proxy or
/// ALL_PROXY for both; not for hosts in no_proxy or NO_PROXY, nor for loopback. Nothing: connections are direct.
[[nodiscard]] core::Expected<std::optional<ProxyChoice>> choose_proxy(const scenario::Relay& relay, const wire::Url& url,
                                                                      const Context& context);

}  // namespace relaybench::cli
