#include "doctor/proxy_verdict.h"

#include <doctest/doctest.h>

#include <cerrno>

#include "doctor/facts.h"
#include "doctor/proxy_ways.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::Confidence;
using result::Party;

const wire::Proxy kPlain{.host = "proxy.corp", .port = 3128, .credentials = {}};
const wire::Proxy kWithLogin{.host = "proxy.corp", .port = 3128, .credentials = core::Secret("user:word")};

HttpReply answered(int status, std::vector<wire::Header> headers = {}, const char* body = "") {
    HttpReply reply;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = body;
    reply.end = HttpReply::End::Complete;
    return reply;
}

result::Finding blamed_for(UpstreamFault fault, const PastProxy& past) {
    return blamed(why_no_tunnel(kPlain, answered(503)), fault, past, "relay.example");
}

TEST_CASE("proxy answers: a login that it does not take is not asked for") {
    const HttpReply ntlm = answered(407, {{"proxy-authenticate", "Negotiate"}, {"proxy-authenticate", "NTLM"}});
    const auto without = why_no_tunnel(kPlain, ntlm);
    CHECK(without.code == "proxy.auth-required");
    CHECK(without.commands.empty());
    CHECK(without.cause.find("Negotiate, NTLM only") != std::string::npos);
    CHECK(without.fix.find("helper") != std::string::npos);
    CHECK(why_no_tunnel(kWithLogin, ntlm).code == "proxy.auth-rejected");
    CHECK(why_no_tunnel(kWithLogin, ntlm).fix.find("helper") != std::string::npos);
    const auto basic = why_no_tunnel(kPlain, answered(407, {{"proxy-authenticate", "Basic realm=x"}}));
    CHECK(basic.commands.size() == 1);
    CHECK(why_no_tunnel(kWithLogin, answered(401)).code == "proxy.auth-rejected");
    CHECK(why_no_tunnel(kPlain, answered(401)).code == "proxy.not-a-proxy");
}

TEST_CASE("proxy answers: rules, limits, sign-ins and pages") {
    CHECK(why_no_tunnel(kPlain, answered(403)).code == "proxy.policy-denied");
    CHECK(why_no_tunnel(kPlain, answered(451)).code == "proxy.policy-denied");
    CHECK(why_no_tunnel(kPlain, answered(429)).code == "proxy.policy-denied");
    CHECK(why_no_tunnel(kPlain, answered(511)).code == "net.captive-portal");
    CHECK(why_no_tunnel(kPlain, answered(302, {{"location", "http://intranet.corp/"}})).code == "proxy.not-a-proxy");
    CHECK(why_no_tunnel(kPlain, answered(307, {{"location", "https://gateway.example/auth/login?u=x"}})).code == "proxy.auth-required");
    CHECK(why_no_tunnel(kPlain, answered(200, {}, "<html>It works!</html>")).code == "proxy.not-a-proxy");
    CHECK(why_no_tunnel(kPlain, answered(200, {}, "<html>Access denied</html>")).code == "proxy.policy-denied");
}

TEST_CASE("proxy answers: a port that speaks something else is named") {
    CHECK_FALSE(speaks_otherwise(kPlain, Tongue::Unknown));
    CHECK(speaks_otherwise(kPlain, Tongue::Socks)->cause.find("SOCKS") != std::string::npos);
    CHECK(speaks_otherwise(kPlain, Tongue::Tls)->code == "proxy.not-a-proxy");
}

TEST_CASE("proxy answers: what it says of its own failure is read from headers and pages") {
    CHECK(upstream_fault(answered(503, {{"x-squid-error", "ERR_DNS_FAIL 0"}})) == UpstreamFault::Name);
    CHECK(upstream_fault(answered(503, {{"x-squid-error", "ERR_CONNECT_FAIL 111"}})) == UpstreamFault::Refused);
    CHECK(upstream_fault(answered(503, {{"x-squid-error", "ERR_CONNECT_FAIL 110"}})) == UpstreamFault::Silent);
    CHECK(upstream_fault(answered(502, {{"proxy-status", "edge; error=dns_error; rcode=NXDOMAIN"}})) == UpstreamFault::Name);
    CHECK(upstream_fault(answered(502, {}, "dial tcp: lookup relay.example: no such host")) == UpstreamFault::Name);
    CHECK(upstream_fault(answered(502, {}, "dial tcp 192.0.2.1:443: connect: connection refused")) == UpstreamFault::Refused);
    CHECK(upstream_fault(answered(503)) == UpstreamFault::Untold);
}

TEST_CASE("proxy answers: who has to act shows by what this machine finds without the proxy") {
    using Name = PastProxy::Name;
    using Port = PastProxy::Port;
    CHECK(blamed_for(UpstreamFault::Name, {.name = Name::Known}).who == Party::YourNetwork);
    CHECK(blamed_for(UpstreamFault::Name, {.name = Name::Unknown}).who == Party::You);
    // Companies often keep outside names from their machines: that nobody answers here says nothing.
    CHECK(blamed_for(UpstreamFault::Name, {}).who == Party::YourNetwork);
    CHECK(blamed_for(UpstreamFault::Refused, {.name = Name::Known, .port = Port::Refused}).who == Party::Relay);
    CHECK(blamed_for(UpstreamFault::Refused, {.name = Name::Known, .port = Port::Open}).who == Party::YourNetwork);
    CHECK(blamed_for(UpstreamFault::Refused, {.port = Port::Refused, .where = PastProxy::Where::OnThisMachine}).who == Party::You);
    CHECK(blamed_for(UpstreamFault::Silent, {}).who == Party::YourNetwork);
    CHECK(blamed_for(UpstreamFault::Untold, {.port = Port::Refused}).who == Party::YourNetwork);
}

TEST_CASE("proxy: what keeps this machine from dialling is no fault of the proxy") {
    CHECK(why_unreachable(kPlain, "192.0.2.1", EMFILE).code == "host.descriptors-low");
    CHECK(why_unreachable(kPlain, "192.0.2.1", EADDRNOTAVAIL).code == "host.ports-few");
    CHECK(why_unreachable(kPlain, "::1", EADDRNOTAVAIL).code == "proxy.timeout");
    CHECK(why_unreachable(kPlain, "192.0.2.1", ECONNREFUSED).who == Party::YourNetwork);
    CHECK(why_unreachable(kPlain, "127.0.0.1", ECONNREFUSED).who == Party::You);
    CHECK(why_unreachable(kPlain, "192.0.2.1", ETIMEDOUT).code == "proxy.timeout");
}

TEST_CASE("ways: one lost packet is no difference between them") {
    const WayTried soon{.works = true, .took = 20ms, .failure = {}};
    const WayTried late{.works = true, .took = 1100ms, .failure = {}};
    const WayTried cut{.works = false, .took = 30ms, .failure = "reset"};
    const WayTried silent{.works = false, .took = 5s, .failure = "nothing"};
    CHECK(deserves_another_try(cut, soon));
    CHECK(deserves_another_try(late, soon));
    CHECK_FALSE(deserves_another_try(silent, soon));
    CHECK_FALSE(deserves_another_try(cut, silent));
    CHECK_FALSE(deserves_another_try(soon, late));
    CHECK(judge_ways("p", soon, soon).status == result::CheckStatus::Pass);
    CHECK(judge_ways("p", soon, cut).findings.at(0).code == "proxy.unneeded");
    CHECK(judge_ways("p", soon, cut).findings.at(0).confidence == Confidence::Proven);
    CHECK(judge_ways("p", soon, silent).findings.at(0).confidence == Confidence::Likely);  // tried once
    CHECK(judge_ways("p", cut, soon).findings.at(0).code == "proxy.required");
    CHECK(judge_ways("p", cut, silent).findings.empty());
    CHECK(judge_ways("p", soon, late).findings.at(0).confidence == Confidence::Likely);
}

TEST_CASE("another way: the same relay and time, and nothing that was learned of the first one") {
    Facts facts;
    facts.patience = 7s;
    facts.ends = now() + 9s;
    facts.url = wire::parse_url("https://relay.example/v1").value();
    facts.prefix = "/v1";
    facts.proxy = kPlain;
    facts.proxy_address = "192.0.2.1";
    facts.address = "192.0.2.2";
    const Facts other = facts.another_way();
    CHECK(other.patience == 7s);
    CHECK(other.ends == facts.ends);
    CHECK(other.url.host == "relay.example");
    CHECK(other.prefix == "/v1");
    CHECK_FALSE(other.proxy);
    CHECK(other.proxy_address.empty());
    CHECK(other.address.empty());
}

}  // namespace
}  // namespace relaybench::doctor
