#pragma once

#include <string>
#include <vector>

#include "doctor/check.h"
#include "doctor/examination.h"

/// The checks that send nothing: pure functions of the subject. The catalogue's entries call them (key_checks() and its neighbours).
namespace relaybench::doctor {

[[nodiscard]] Outcome check_key_present(const Subject& subject);
/// key.missing, with the places that hold none.
[[nodiscard]] Outcome key_missing(const Subject& subject);
[[nodiscard]] Outcome check_key_bytes(const Subject& subject);
[[nodiscard]] Outcome check_key_format(const Subject& subject);

[[nodiscard]] Outcome check_url_parse(const Subject& subject);
[[nodiscard]] Outcome check_url_scheme(const Subject& subject);
[[nodiscard]] Outcome check_url_path(const Subject& subject);
[[nodiscard]] Outcome check_url_host(const Subject& subject);

[[nodiscard]] Outcome check_proxy_environment(const Subject& subject);
[[nodiscard]] Outcome check_ca_environment(const Subject& subject);
[[nodiscard]] Outcome check_local_clock(const Subject& subject);
[[nodiscard]] Outcome check_host_limits(const Subject& subject);

/// How one family of programs would reach the subject's URL, worked out from the environment by that family's own rules.
struct ClientRoute {
    std::string family;    ///< "curl", "Python requests", "Node.js", "Go", "relaybench"
    std::string variable;  ///< that names the proxy; empty: direct
    std::string proxy;     ///< as it is written there, with the credentials; never to be shown
    std::string why;       ///< of a direct route through variables that name a proxy: what exempts it

    [[nodiscard]] bool is_direct() const { return variable.empty(); }
};

/// In the order above. Empty when the URL cannot be read.
[[nodiscard]] std::vector<ClientRoute> client_routes(const Subject& subject);

/// A variable that names a proxy, with its value as it is written: the login in it is never to be shown.
struct ProxyVariable {
    std::string name;
    std::string value;
};
/// Of the system (/etc/environment): what logins are given, and services and containers are not.
[[nodiscard]] std::vector<ProxyVariable> system_proxies(const Subject& subject);

}  // namespace relaybench::doctor
