#include "doctor/proxy_verdict.h"

#include <array>
#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "core/text.h"
#include "doctor/finding_codes.h"
#include "doctor/local_fault.h"
#include "doctor/portal.h"
#include "doctor/word_search.h"
#include "wire/url.h"

namespace relaybench::doctor {

namespace {

using result::Confidence;
using result::Finding;
using result::Party;

constexpr std::size_t kToldBytes = 4096;

bool takes_basic(const HttpReply& reply) {
    const std::string offered = core::lowercase(every(reply, "proxy-authenticate"));
    return offered.empty() || offered.find("basic") != std::string::npos;
}

/// The proxy wants to know who asks. User and password are sent in the one way that is known here.
Finding wants_login(const wire::Proxy& proxy, const HttpReply& reply, const std::string& said) {
    const bool had_credentials = !proxy.credentials.empty();
    Finding finding = found(had_credentials ? "proxy.auth-rejected" : "proxy.auth-required", Confidence::Proven, said);
    if (reply.status == 407 && !takes_basic(reply)) {
        // No user and password in a variable will do.
        finding.cause += fmt::format(" It takes {}{}.", every(reply, "proxy-authenticate"),
                                     had_credentials ? ", and user and password were sent as Basic" : " only");
        finding.fix =
            "Use a local helper that signs in as the proxy wants (such as cntlm or px) and name that as the proxy; user and "
            "password in the variable are not enough.";
        return finding;
    }
    finding.commands = {"export https_proxy=http://USER:PASSWORD@" + wire::host_and_port(proxy.host, proxy.port)};
    return finding;
}

/// A redirect: a gateway that lets nobody through who has not signed in at its page, or a web server.
Finding redirects(const HttpReply& reply, const std::string& said) {
    if (kind_of_page(reply) == PageKind::SignIn) {
        return found("proxy.auth-required", Confidence::Likely,
                     fmt::format("{} It sends browsers to {} to sign in.", said, portal_name(reply)));
    }
    return found("proxy.not-a-proxy", Confidence::Possible, said);
}

Finding says_yes_with_a_page(const wire::Proxy& proxy, const HttpReply& reply) {
    const std::string said = fmt::format("The proxy {} answers CONNECT with {} and a page, not with a tunnel.", proxy.text(), reply.text());
    return kind_of_page(reply) == PageKind::Block ? found("proxy.policy-denied", Confidence::Likely, said)
                                                  : found("proxy.not-a-proxy", Confidence::Likely, said);
}

Finding without_answer(const wire::Proxy& proxy, const HttpReply& reply, const std::string& said) {
    if (reply.end == HttpReply::End::TimedOut) {
        return found("proxy.upstream-fail", Confidence::Likely, fmt::format("The proxy {} does not answer CONNECT in time.", proxy.text()));
    }
    return found(reply.end == HttpReply::End::NotHttp ? "proxy.not-a-proxy" : "proxy.closed", Confidence::Proven, said);
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

Finding why_unreachable(const wire::Proxy& proxy, const std::string& address, int system_error) {
    if (auto fault = local_fault(address, system_error)) {
        return *std::move(fault);
    }
    if (system_error != ECONNREFUSED) {
        const bool silent = system_error == ETIMEDOUT;
        return found("proxy.timeout", Confidence::Proven,
                     fmt::format("The proxy {} {}.", proxy.text(),
                                 silent ? "does not answer" : "cannot be reached: " + std::generic_category().message(system_error)));
    }
    Finding finding = found("proxy.refused", Confidence::Proven, fmt::format("The proxy {} refuses connections.", proxy.text()));
    if (wire::is_loopback(address)) {
        finding.who = Party::You;
        finding.cause = fmt::format("The proxy {} is a program of this machine, and nothing listens there.", proxy.text());
        finding.fix = "Start that program, or correct or remove the proxy setting.";
    }
    return finding;
}

Finding why_no_tunnel(const wire::Proxy& proxy, const HttpReply& reply) {
    const std::string said = fmt::format("The proxy {} answers CONNECT with {}.", proxy.text(), reply.text());
    switch (reply.status) {
        case 0:
            return without_answer(proxy, reply, said);
        case 401:
            return proxy.credentials.empty() ? found("proxy.not-a-proxy", Confidence::Likely, said) : wants_login(proxy, reply, said);
        case 407:
            return wants_login(proxy, reply, said);
        case 403:
        case 451:
            return found("proxy.policy-denied", Confidence::Proven, said);
        case 429:
            return found("proxy.policy-denied", Confidence::Likely, said + " It limits how much may be asked of it.");
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
        case 511:
            return found("net.captive-portal", Confidence::Proven, said + " That status is made for networks that want a sign-in first.");
        default:
            break;
    }
    if (reply.status >= 200 && reply.status < 300) {
        return says_yes_with_a_page(proxy, reply);
    }
    return reply.status >= 300 && reply.status < 400 ? redirects(reply, said) : found("proxy.not-a-proxy", Confidence::Possible, said);
}

std::optional<Finding> speaks_otherwise(const wire::Proxy& proxy, Tongue tongue) {
    const std::string place = wire::host_and_port(proxy.host, proxy.port);
    if (tongue == Tongue::Socks) {
        Finding finding = found("proxy.not-a-proxy", Confidence::Proven, fmt::format("What listens at {} speaks SOCKS, not HTTP.", place));
        finding.fix =
            "Name the HTTP port of that program in the variable. A SOCKS port is written socks5h://HOST:PORT, which not every "
            "program can use.";
        return finding;
    }
    if (tongue == Tongue::Tls) {
        Finding finding =
            found("proxy.not-a-proxy", Confidence::Proven, fmt::format("What listens at {} wants TLS from the first byte.", place));
        finding.fix = "Name the proxy's plain port. Where it has none, its address begins with https://, which not every program can use.";
        return finding;
    }
    return std::nullopt;
}

UpstreamFault upstream_fault(const HttpReply& reply) {
    constexpr auto kName = std::to_array<std::string_view>({"err_dns_fail", "dns_error", "dns_unresolved", "dns_timeout", "no such host",
                                                            "name or service not known", "could not resolve", "unable to resolve",
                                                            "cannot resolve", "host not found", "unknown host", "nxdomain"});
    constexpr auto kRefused =
        std::to_array<std::string_view>({"err_connect_fail 111", "connection_refused", "connection refused", "refused the connection"});
    constexpr auto kSilent = std::to_array<std::string_view>({"err_connect_fail 110", "err_connect_fail 113", "err_connect_fail 101",
                                                              "err_read_timeout", "connection_timeout", "destination_ip_unroutable",
                                                              "timed out", "timeout", "time-out", "no route to host", "unreachable"});
    const std::string told = core::lowercase(every(reply, "x-squid-error") + " " + every(reply, "proxy-status") + " " + reply.reason + " " +
                                             reply.body.substr(0, kToldBytes));
    if (contains_any(told, kName)) {
        return UpstreamFault::Name;
    }
    return contains_any(told, kRefused)  ? UpstreamFault::Refused
           : contains_any(told, kSilent) ? UpstreamFault::Silent
                                         : UpstreamFault::Untold;
}

namespace {

void blame_for_name(Finding& finding, const PastProxy& past, const std::string& relay) {
    using Name = PastProxy::Name;
    if (past.name == Name::Known) {
        finding.cause += fmt::format(" It does not find the name {}, which this machine's resolver knows.", relay);
        finding.fix = "The proxy's own name resolution has to be repaired.";
        return;
    }
    finding.who = past.name == Name::Unknown ? Party::You : finding.who;
    finding.cause +=
        fmt::format(" It does not find the name {}{}.", relay, past.name == Name::Unknown ? ", and nor does this machine" : "");
    finding.fix = "Check the spelling of the relay's host; where it is right, the proxy's own name resolution has to be repaired.";
}

void blame_for_refusal(Finding& finding, const PastProxy& past, const std::string& relay) {
    const bool is_here = past.where == PastProxy::Where::OnThisMachine;
    finding.who = is_here ? Party::You : Party::Relay;
    finding.confidence = Confidence::Likely;
    finding.cause +=
        fmt::format(" {} refuses its connections{}.", relay, past.port == PastProxy::Port::Refused ? ", and those from here" : "");
    finding.fix = is_here ? "Start the program that should listen there, or correct the port of the URL."
                          : "Check host and port of the URL; where they are right, report it to the relay.";
}

}  // namespace

Finding blamed(Finding upstream_fail, UpstreamFault fault, const PastProxy& past, const std::string& relay) {
    if (fault == UpstreamFault::Name) {
        blame_for_name(upstream_fail, past, relay);
    } else if (past.port == PastProxy::Port::Open) {
        upstream_fail.cause += fmt::format(" From here {} is reached without it: the proxy's own way out is what fails.", relay);
    } else if (fault == UpstreamFault::Refused) {
        blame_for_refusal(upstream_fail, past, relay);
    } else if (fault == UpstreamFault::Silent) {
        upstream_fail.cause += fmt::format(" {} does not answer it.", relay);
    }
    return upstream_fail;
}

}  // namespace relaybench::doctor
