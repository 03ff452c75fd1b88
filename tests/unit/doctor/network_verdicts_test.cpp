#include <doctest/doctest.h>
#include <netdb.h>

#include <cerrno>

#include "doctor/check_body.h"
#include "doctor/dns_verdict.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/portal.h"
#include "doctor/tcp_verdict.h"
#include "doctor/tls_verdict.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::Confidence;

DnsAnswer answer(const char* server, RecordType type, DnsAnswer::End end, std::vector<std::string> addresses = {}) {
    return {.server = server, .type = type, .end = end, .addresses = std::move(addresses)};
}

/// One resolver's answers to both questions.
std::vector<DnsAnswer> both(DnsAnswer::End a, DnsAnswer::End aaaa) {
    const auto addresses = [](DnsAnswer::End end, const char* text) {
        return end == DnsAnswer::End::Addresses ? std::vector<std::string>{text} : std::vector<std::string>{};
    };
    return {answer("10.0.0.1", RecordType::A, a, addresses(a, "203.0.113.2")),
            answer("10.0.0.1", RecordType::Aaaa, aaaa, addresses(aaaa, "2001:db8::2"))};
}

DnsSeen seen(std::vector<DnsAnswer> answers, int error = EAI_AGAIN) {
    DnsSeen made;
    made.host = "relay.test";
    made.system.error = error;
    made.answers = std::move(answers);
    return made;
}

std::vector<DnsAnswer> operator+(std::vector<DnsAnswer> one, const std::vector<DnsAnswer>& other) {
    one.insert(one.end(), other.begin(), other.end());
    return one;
}

TEST_CASE("dns verdict: without an address, the resolvers' own words decide") {
    using End = DnsAnswer::End;
    CHECK(why_no_address(seen(both(End::NoSuchName, End::NoSuchName))).code == "dns.nxdomain");
    CHECK(why_no_address(seen(both(End::NoData, End::NoData))).code == "dns.nodata");
    CHECK(why_no_address(seen(both(End::ServerFailure, End::ServerFailure))).code == "dns.servfail");
    CHECK(why_no_address(seen(both(End::Refused, End::Refused))).code == "dns.refused");
    CHECK(why_no_address(seen(both(End::TimedOut, End::TimedOut))).code == "dns.timeout");
    CHECK(why_no_address(seen(both(End::Unreachable, End::Unreachable))).code == "dns.timeout");
    CHECK(why_no_address(seen({})).code == "dns.timeout");
}

TEST_CASE("dns verdict: that there are no IPv6 addresses is not what is wrong") {
    using End = DnsAnswer::End;
    CHECK(why_no_address(seen(both(End::ServerFailure, End::NoData))).code == "dns.servfail");
    CHECK(why_no_address(seen(both(End::TimedOut, End::NoData))).code == "dns.timeout");
    CHECK(why_no_address(seen(both(End::TimedOut, End::NoData))).cause.find("never the one for IPv4") != std::string::npos);
    CHECK(why_no_address(seen(both(End::NoData, End::TimedOut))).code == "dns.nodata");
}

TEST_CASE("lost packets: on a line that loses them silence says no more than that") {
    const auto silent = [] { return found("relay.down", Confidence::Likely, "No answer came."); };
    Facts facts;
    CHECK(why_unheard(facts, silent()).code == "relay.down");
    facts.loses_packets = true;
    CHECK(why_unheard(facts, silent()).code == "net.flaky");
    CHECK(why_unheard(facts, silent()).cause.find("No answer came.") != std::string::npos);
}

TEST_CASE("dns verdict: a resolver that cannot be asked says nothing, whatever stands beside it") {
    using End = DnsAnswer::End;
    const auto unasked = both(End::NotAsked, End::NotAsked);
    CHECK(why_no_address(seen(unasked + both(End::Refused, End::Refused))).code == "dns.refused");
    CHECK(why_no_address(seen(unasked + both(End::TimedOut, End::TimedOut))).cause.find("10.0.0.1") != std::string::npos);
    CHECK(why_no_address(seen(unasked, EAI_NONAME)).code == "dns.nxdomain");
    CHECK(why_no_address(seen(unasked)).code == "dns.timeout");
    CHECK(dead_resolvers(unasked + both(End::TimedOut, End::TimedOut)).empty());
    CHECK(dead_resolvers(unasked + both(End::Addresses, End::NoData)).empty());
}

TEST_CASE("dns verdict: a denial outranks another resolver's address, for the system believes the first one") {
    using End = DnsAnswer::End;
    const auto finding = why_no_address(seen(both(End::NoSuchName, End::NoSuchName) + both(End::Addresses, End::NoData), EAI_NONAME));
    CHECK(finding.code == "dns.nxdomain");
    CHECK(finding.cause.find("knows it") != std::string::npos);
}

TEST_CASE("dns verdict: an address that only the resolver gives is a fault of this machine, or one of IPv6") {
    using End = DnsAnswer::End;
    CHECK(why_no_address(seen(both(End::Addresses, End::NoData))).code == "dns.local-lookup-fails");
    CHECK(why_no_address(seen(both(End::NoData, End::Addresses))).code == "ipv6.only-and-broken");
}

TEST_CASE("dns verdict: silence over UDP alone is said to be that") {
    using End = DnsAnswer::End;
    DnsSeen made = seen(both(End::TimedOut, End::TimedOut));
    made.tcp_answers = {answer("10.0.0.1", RecordType::A, End::Addresses, {"203.0.113.2"})};
    CHECK(why_no_address(made).cause.find("UDP port 53 is blocked") != std::string::npos);
}

TEST_CASE("dns verdict: a machine without a network is told before its resolvers") {
    DnsSeen made = seen(both(DnsAnswer::End::TimedOut, DnsAnswer::End::TimedOut));
    made.has_network = false;
    CHECK(why_no_address(made).code == "net.offline");
}

TEST_CASE("dns verdict: a slow lookup has one of three reasons") {
    using End = DnsAnswer::End;
    CHECK(why_slow_lookup(seen(both(End::Addresses, End::TimedOut))).code == "dns.aaaa-dropped");
    CHECK(why_slow_lookup(seen(both(End::TimedOut, End::TimedOut) + both(End::Addresses, End::NoData))).code == "dns.one-resolver-dead");
    CHECK(why_slow_lookup(seen(both(End::Addresses, End::NoData))).code == "dns.slow");
    CHECK(why_slow_lookup(seen({})).code == "dns.slow");
    auto slow = both(End::Addresses, End::TimedOut);
    slow.front().took = 4s;
    CHECK(why_slow_lookup(seen(slow)).code == "dns.slow");
}

TEST_CASE("dns verdict: resolvers that all answer, or of which none does, are no difference") {
    using End = DnsAnswer::End;
    CHECK_FALSE(why_resolvers_differ(seen(both(End::Addresses, End::NoData))));
    CHECK_FALSE(why_resolvers_differ(seen(both(End::TimedOut, End::TimedOut))));
    CHECK(why_resolvers_differ(seen(both(End::NoData, End::TimedOut)))->code == "dns.aaaa-dropped");
    CHECK(dead_resolvers(both(End::Unreachable, End::Unreachable) + both(End::Addresses, End::NoData)).size() == 1);
}

TEST_CASE("dns verdict: addresses are listed once, IPv4 first") {
    using End = DnsAnswer::End;
    const auto addresses = addresses_in(both(End::Addresses, End::Addresses) + both(End::Addresses, End::Addresses));
    CHECK(addresses == std::vector<std::string>{"203.0.113.2", "2001:db8::2"});
    CHECK(likeliest_address({"2001:db8::2", "203.0.113.2"}) == "203.0.113.2");
    CHECK(likeliest_address({"2001:db8::2"}) == "2001:db8::2");
}

TEST_CASE("addresses: null, loopback, private and public ones, at the edges of their blocks") {
    CHECK(scope_of("0.0.0.0") == AddressScope::Null);
    CHECK(scope_of("::") == AddressScope::Null);
    CHECK(scope_of("127.8.8.8") == AddressScope::Loopback);
    CHECK(scope_of("::1") == AddressScope::Loopback);
    CHECK(scope_of("100.64.0.0") == AddressScope::Private);
    CHECK(scope_of("100.127.255.255") == AddressScope::Private);
    CHECK(scope_of("100.128.0.0") == AddressScope::Public);
    CHECK(scope_of("100.63.255.255") == AddressScope::Public);
    CHECK(scope_of("192.168.1.1") == AddressScope::Private);
    CHECK(scope_of("203.0.113.2") == AddressScope::Public);
    CHECK(scope_of("2001:db8::2") == AddressScope::Public);
}

Tried tried(const char* address, int error, core::Duration took = 1ms, std::optional<IcmpWord> icmp = std::nullopt) {
    return {.address = address, .error = error, .took = took, .icmp = std::move(icmp)};
}

std::string code_of(const std::vector<Tried>& tries, const Neighbours& neighbours = {}) {
    return why_not_connected(tries, 443, neighbours).front().code;
}

constexpr const char* kV4 = "203.0.113.2";
constexpr const char* kV6 = "2001:db8::2";

TEST_CASE("tcp verdict: errno, the ICMP message and the time tell the ways of failing apart") {
    using Meaning = IcmpWord::Meaning;
    CHECK(code_of({tried(kV4, ECONNREFUSED)}) == "tcp.refused");
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3s)}) == "tcp.timeout-dropped");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 1ms, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 2s, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 1ms)}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EHOSTUNREACH, 3070ms)}) == "tcp.host-down");
    CHECK(code_of({tried(kV4, ENETUNREACH)}) == "tcp.no-route");
    CHECK(code_of({tried(kV4, ENETUNREACH, 1ms, IcmpWord{Meaning::Prohibited, "198.51.100.1"})}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV6, EACCES)}) == "tcp.admin-prohibited");
    CHECK(code_of({tried(kV4, EMFILE)}) == "tcp.refused");
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED)}, 443, {}).front().who == result::Party::YourNetwork);
    CHECK(why_not_connected({tried("127.0.0.1", ECONNREFUSED)}, 8080, {}).front().who == result::Party::You);
}

TEST_CASE("tcp verdict: who says it is named, unless it is the relay itself") {
    const IcmpWord word{IcmpWord::Meaning::PortUnreachable, "198.51.100.1"};
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED, 1ms, word)}, 443, {}).front().cause.find("198.51.100.1 says so") !=
          std::string::npos);
    CHECK(why_not_connected({tried(kV4, ECONNREFUSED)}, 443, {}).front().cause.find("says so") == std::string::npos);
}

TEST_CASE("tcp verdict: a missing family says nothing about the other one") {
    CHECK(code_of({tried(kV6, ENETUNREACH), tried(kV4, ETIMEDOUT, 3s)}) == "tcp.timeout-dropped");
    CHECK(code_of({tried(kV6, ECONNREFUSED), tried(kV4, ENETUNREACH)}) == "tcp.refused");
    CHECK(code_of({tried(kV6, ENETUNREACH), tried(kV4, ENETUNREACH)}) == "tcp.no-route");
}

TEST_CASE("tcp verdict: any word about a host outranks silence") {
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3800ms), tried(kV4, EHOSTUNREACH, 3070ms)}) == "tcp.host-down");
    CHECK(code_of({tried(kV4, ETIMEDOUT, 3800ms), tried(kV4, ECONNREFUSED)}) == "tcp.refused");
}

TEST_CASE("tcp verdict: a relay with IPv6 alone, where IPv6 does not work") {
    CHECK(code_of({tried(kV6, ENETUNREACH)}) == "ipv6.only-and-broken");
    CHECK(code_of({tried(kV6, ETIMEDOUT, 3s)}) == "ipv6.only-and-broken");
    CHECK(code_of({tried(kV6, ECONNREFUSED)}) == "tcp.refused");
    CHECK(code_of({tried(kV6, ETIMEDOUT, 3s)}, {.open = {80}, .closed = {}}) == "tcp.timeout-dropped");
}

TEST_CASE("tcp verdict: an open neighbour says that the port alone is blocked") {
    const auto findings = why_not_connected({tried(kV4, ETIMEDOUT, 3s)}, 443, {.open = {80}, .closed = {8080}});
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].code == "tcp.timeout-dropped");
    CHECK(findings[0].cause.find("443 blocked, 80 open") != std::string::npos);
    CHECK(findings[1].code == "tcp.only-80");
    CHECK(why_not_connected({tried(kV4, ETIMEDOUT, 3s)}, 443, {.open = {}, .closed = {80, 8080}}).size() == 1);
}

TEST_CASE("tcp verdict: a family that is broken, an address that is dead") {
    CHECK(broken_family({tried(kV6, ETIMEDOUT), tried(kV4, 0)}) == "IPv6");
    CHECK(broken_family({tried(kV6, 0), tried(kV4, ETIMEDOUT)}) == "IPv4");
    CHECK(broken_family({tried(kV6, 0), tried(kV4, 0)}).empty());
    CHECK(broken_family({tried(kV4, 0)}).empty());
    CHECK(broken_family({tried("::1", ECONNREFUSED), tried("127.0.0.1", 0)}).empty());  // a server that listens at one of the two
    const std::vector<Tried> mixed = {tried(kV4, 0), tried("203.0.113.3", ECONNREFUSED), tried(kV6, ETIMEDOUT)};
    REQUIRE(dead_address(mixed) != nullptr);
    CHECK(dead_address(mixed)->address == "203.0.113.3");
    CHECK(dead_address({tried(kV4, 0), tried(kV6, ETIMEDOUT)}) == nullptr);
    CHECK(best_of({tried(kV4, 0, 9ms), tried(kV6, 0, 3ms), tried("203.0.113.3", ECONNREFUSED)})->address == kV6);
    CHECK(best_of({tried(kV4, ETIMEDOUT)}) == nullptr);
}

TEST_CASE("tcp verdict: an address that this machine has no route to costs nothing, and one that a router has none to does") {
    const IcmpWord word{IcmpWord::Meaning::NoRoute, "2001:db8:1::1"};
    CHECK(broken_family({tried(kV6, ENETUNREACH), tried(kV4, 0)}).empty());
    CHECK(broken_family({tried(kV6, EADDRNOTAVAIL), tried(kV4, 0)}).empty());
    CHECK(broken_family({tried(kV6, 0), tried(kV4, ENETUNREACH)}).empty());
    CHECK(broken_family({tried(kV6, ENETUNREACH, 1ms, word), tried(kV4, 0)}) == "IPv6");
    CHECK(broken_family({tried(kV6, ENETUNREACH), tried("2001:db8::3", ETIMEDOUT), tried(kV4, 0)}) == "IPv6");
    CHECK(dead_address({tried(kV6, 0), tried("fd00::2", ENETUNREACH)}) == nullptr);
    CHECK(dead_address({tried(kV6, 0), tried("fd00::2", ENETUNREACH, 1ms, word)}) != nullptr);
}

TEST_CASE("tcp verdict: a lost first packet is as shaky as a failure") {
    Tried resent = tried(kV4, 0, 1s);
    resent.lost_greetings = 1;
    CHECK(count_shaky({tried(kV4, 0), resent, tried(kV4, ECONNREFUSED)}) == 2);
    CHECK(resent.text().find("after 1 lost packet") != std::string::npos);
}

using HandshakeEnd = HandshakeResult::End;

HandshakeResult ended(HandshakeEnd end, const char* reason = "") {
    HandshakeResult result;
    result.end = end;
    result.reason = reason;
    result.tcp.bytes_acked = 518;
    return result;
}

HandshakeResult unacknowledged() {
    HandshakeResult result = ended(HandshakeEnd::TimedOut);
    result.tcp.bytes_acked = 1;
    result.tcp.unacked = 1;
    return result;
}

TlsTrials trials(TrialEnd other_name, TrialEnd small_packets, TrialEnd plain_request) {
    return {.same_again = TrialEnd::Silence, .other_name = other_name, .small_packets = small_packets, .plain_request = plain_request};
}

std::string code_of(const HandshakeResult& result, const TlsTrials& tried_otherwise) {
    return why_no_session({"relay.test", "relay.test:443"}, result, tried_otherwise).code;
}

TEST_CASE("tls verdict: a silent hand-shake, by what is answered instead") {
    using enum TrialEnd;
    const HandshakeResult silent = ended(HandshakeEnd::TimedOut);
    CHECK(code_of(silent, trials(Silence, TlsAnswer, Silence)) == "net.mtu-blackhole-down");
    CHECK(code_of(unacknowledged(), trials(TlsAnswer, Silence, OtherAnswer)) == "tls.sni-drop");
    CHECK(code_of(silent, trials(Silence, Silence, HttpAnswer)) == "tls.plain-http");
    CHECK(code_of(silent, trials(Silence, Silence, Silence)) == "tls.server-silent");
    CHECK(code_of(unacknowledged(), trials(Silence, Silence, OtherAnswer)) == "tls.greeting-dropped");
    CHECK(why_no_session({"h", "h"}, unacknowledged(), trials(TlsAnswer, Silence, Silence)).confidence == Confidence::Proven);
    CHECK(why_no_session({"h", "h"}, silent, trials(TlsAnswer, Silence, Silence)).confidence == Confidence::Likely);
}

TEST_CASE("tls verdict: packets out of order speak for a hole even when small ones do not come through") {
    HandshakeResult result = ended(HandshakeEnd::TimedOut);
    result.tcp.out_of_order_in = 1;
    const auto finding = why_no_session({"h", "h"}, result, trials(TrialEnd::Silence, TrialEnd::Silence, TrialEnd::Silence));
    CHECK(finding.code == "net.mtu-blackhole-down");
    CHECK(finding.confidence == Confidence::Likely);
}

TEST_CASE("tls verdict: a hand-shake that is cut off") {
    using enum TrialEnd;
    CHECK(code_of(ended(HandshakeEnd::Reset), trials(TlsAnswer, Cut, OtherAnswer)) == "tls.reset-after-clienthello");
    CHECK(code_of(ended(HandshakeEnd::Reset), trials(Cut, Cut, Cut)) == "tls.reset-after-clienthello");
    CHECK(code_of(ended(HandshakeEnd::Closed), trials(Cut, Cut, HttpAnswer)) == "tls.plain-http");
}

TEST_CASE("tls verdict: alerts, by their names") {
    using enum TrialEnd;
    CHECK(code_of(ended(HandshakeEnd::Alert, "tlsv1 unrecognized name"), {}) == "tls.sni-unknown");
    CHECK(code_of(ended(HandshakeEnd::Alert, "tlsv1 alert protocol version"), {}) == "tls.version-blocked");
    CHECK(code_of(ended(HandshakeEnd::Failed, "unsupported protocol"), {}) == "tls.version-blocked");
    CHECK(code_of(ended(HandshakeEnd::Alert, "sslv3 alert handshake failure"), {}) == "tls.refused");
    CHECK(code_of(ended(HandshakeEnd::NotTls, "wrong version number"), trials(OtherAnswer, OtherAnswer, HttpAnswer)) == "tls.plain-http");
    CHECK(code_of(ended(HandshakeEnd::NotTls, "wrong version number"), trials(OtherAnswer, OtherAnswer, OtherAnswer)) == "tls.not-tls");
    HandshakeResult asked = ended(HandshakeEnd::Alert, "sslv3 alert handshake failure");
    asked.wants_certificate = true;
    CHECK(code_of(asked, {}) == "tls.client-cert-required");
}

TEST_CASE("tls verdict: slow is what its round trips do not explain") {
    HandshakeResult result = ended(HandshakeEnd::Stands);
    result.took = 3s;
    result.tcp.rtt = 10ms;
    CHECK(is_slow(result));
    result.tcp.rtt = 900ms;
    CHECK_FALSE(is_slow(result));
    result.took = 500ms;
    result.tcp.rtt = 1ms;
    CHECK_FALSE(is_slow(result));
}

HttpReply reply_with(int status, std::vector<wire::Header> headers = {}, const char* body = "") {
    HttpReply reply;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = body;
    reply.end = HttpReply::End::Complete;
    return reply;
}

PortalSigns signs(HttpReply from_relay) {
    return {.host = "api.relay.test", .nonce = "rb-1", .from_relay = std::move(from_relay), .from_nowhere = {}};
}

TEST_CASE("portal: a foreign redirect is a suspicion, and the same from nowhere a proof") {
    PortalSigns made = signs(reply_with(302, {{"location", "http://login.hotel.example/"}}));
    CHECK(judge_portal(made) == PortalVerdict::Suspected);
    made.from_nowhere = reply_with(302, {{"location", "http://login.hotel.example/"}});
    CHECK(judge_portal(made) == PortalVerdict::Portal);
    CHECK(portal_name(made.from_relay) == "login.hotel.example");
}

TEST_CASE("portal: what relays and their front ends answer on port 80 is none") {
    CHECK(judge_portal(signs(reply_with(204, {{"x-hs-challenge", "rb-1"}}))) == PortalVerdict::Relay);
    CHECK(judge_portal(signs(reply_with(301, {{"location", "https://api.relay.test/generate_204"}}))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(301, {{"location", "https://www.relay.test/"}}))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(404, {{"content-type", "text/html"}}, "<html>"))) == PortalVerdict::Unknown);
    CHECK(judge_portal(signs(reply_with(0))) == PortalVerdict::Unknown);
}

TEST_CASE("portal: a page for everything, and the status made for portals") {
    PortalSigns page = signs(reply_with(200, {{"content-type", "text/html"}}, "<html>sign in</html>"));
    CHECK(judge_portal(page) == PortalVerdict::Suspected);
    page.from_nowhere = reply_with(200, {}, "<html>");
    CHECK(judge_portal(page) == PortalVerdict::Portal);
    CHECK(judge_portal(signs(reply_with(511))) == PortalVerdict::Portal);
    // A company's relay may send browsers to a login; whether it is a portal shows in the certificate.
    CHECK(judge_portal(signs(reply_with(302, {{"location", "http://192.168.1.1/"}}))) == PortalVerdict::Suspected);
}

TEST_CASE("answers that do not come: lost for their size only when small packets bring one and large ones again do not") {
    Unanswered replies;
    replies.first.end = replies.again.end = replies.small.end = HttpReply::End::TimedOut;
    CHECK_FALSE(why_unanswered(replies));
    replies.small.end = HttpReply::End::Complete;
    REQUIRE(why_unanswered(replies));
    CHECK(why_unanswered(replies)->code == "net.mtu-blackhole-down");
    replies.small.end = HttpReply::End::TimedOut;
    replies.first.tcp.out_of_order_in = 2;
    CHECK(why_unanswered(replies)->confidence == Confidence::Likely);
    CHECK_FALSE(is_answered_now_and_then(replies));
}

TEST_CASE("answers that come when they are asked for again: no hole, whatever came out of order") {
    Unanswered replies;
    replies.first.end = HttpReply::End::TimedOut;
    replies.first.tcp.out_of_order_in = 2;
    replies.again.end = replies.small.end = HttpReply::End::Complete;
    CHECK_FALSE(why_unanswered(replies));
    CHECK(is_answered_now_and_then(replies));
    replies.first.end = HttpReply::End::Complete;
    CHECK_FALSE(why_unanswered(replies));
    CHECK_FALSE(is_answered_now_and_then(replies));
}

}  // namespace
}  // namespace relaybench::doctor
