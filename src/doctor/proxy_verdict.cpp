#include "doctor/proxy_verdict.h"

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;

/// A login was sent in the one way that is known here, and the proxy takes others only.
std::string of_other_schemes(const HttpReply& reply) {
    const std::string offered = every(reply, "proxy-authenticate");
    return reply.status != 407 || offered.empty() || core::lowercase(offered).find("basic") != std::string::npos
               ? ""
               : fmt::format(" It takes {}, and user and password were sent as Basic.", offered);
}

}  // namespace

std::string every(const HttpReply& reply, std::string_view name) {
    std::string values;
    for (const auto& header : reply.headers) {
        if (header.name == name) {
            values += (values.empty() ? "" : ", ") + header.value;
        }
    }
    return core::printable(values, 120);
}

result::Finding why_no_tunnel(const wire::Proxy& proxy, const HttpReply& reply) {
    const std::string said = fmt::format("The proxy {} answers CONNECT with {}.", proxy.text(), reply.text());
    const bool had_credentials = !proxy.credentials.empty();
    switch (reply.status) {
        case 401:
        case 407:
            if (reply.status == 401 && !had_credentials) {
                return found("proxy.not-a-proxy", Confidence::Likely, said);
            }
            return found(had_credentials ? "proxy.auth-rejected" : "proxy.auth-required", Confidence::Proven,
                         said + (had_credentials ? of_other_schemes(reply) : ""),
                         {"export https_proxy=http://USER:PASSWORD@" + wire::host_and_port(proxy.host, proxy.port)});
        case 403:
            return found("proxy.policy-denied", Confidence::Proven, said);
        case 400:
        case 404:
        case 405:
        case 501:
            return found("proxy.not-a-proxy", Confidence::Likely, said);
        case 500:
        case 502:
        case 503:
        case 504:
            return found("proxy.upstream-fail", Confidence::Proven, said);
        case 0:
            if (reply.end == HttpReply::End::TimedOut) {
                return found("proxy.upstream-fail", Confidence::Likely,
                             fmt::format("The proxy {} does not answer CONNECT in time.", proxy.text()));
            }
            return reply.end == HttpReply::End::NotHttp ? found("proxy.not-a-proxy", Confidence::Proven, said)
                                                        : found("proxy.closed", Confidence::Proven, said);
        default:
            return found("proxy.not-a-proxy", Confidence::Possible, said);
    }
}

}  // namespace relaybench::doctor
