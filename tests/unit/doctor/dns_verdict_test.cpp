#include "doctor/dns_verdict.h"

#include <netdb.h>

#include <doctest/doctest.h>

#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"

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

TEST_CASE("dns verdict: IPv6 is at fault where no IPv4 address may have been missed, and this machine has no way over it") {
    using End = DnsAnswer::End;
    const DnsSeen only_v6 = seen(both(End::NoData, End::Addresses));
    DnsSeen made = only_v6;
    made.has_way_over_v6 = true;
    CHECK(why_no_address(made).code == "dns.local-lookup-fails");
    made = only_v6;
    made.system.timed_out = true;
    CHECK(why_no_address(made).code == "dns.local-lookup-fails");
    CHECK(why_no_address(seen(both(End::TimedOut, End::Addresses))).code == "dns.local-lookup-fails");
    CHECK(why_no_address(seen(both(End::NoData, End::Addresses) + both(End::ServerFailure, End::NoData))).code == "dns.local-lookup-fails");
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

TEST_CASE("dns verdict: a stub of this machine that does not run is this machine's fault") {
    using End = DnsAnswer::End;
    auto answers = both(End::Unreachable, End::Unreachable);
    CHECK(why_no_address(seen(answers)).who == result::Party::YourNetwork);
    answers[0].server = answers[1].server = "127.0.0.53";
    CHECK(why_no_address(seen(answers)).code == "dns.timeout");
    CHECK(why_no_address(seen(answers)).who == result::Party::You);
}

TEST_CASE("dns verdict: an answer that is too long for UDP and does not come over TCP is no dead resolver") {
    using End = DnsAnswer::End;
    DnsSeen made = seen(both(End::TimedOut, End::NoData));
    made.udp_answers = {answer("10.0.0.1", RecordType::A, End::NoData)};
    CHECK(why_no_address(made).cause.find("TCP port 53 is blocked") != std::string::npos);
    CHECK(why_no_address(made).confidence == Confidence::Likely);
    CHECK_FALSE(is_silence(made));
    made.udp_answers.clear();
    made.answers = both(End::TimedOut, End::Unreachable);
    CHECK(is_silence(made));
}

TEST_CASE("dns verdict: a resolver that has a word over TCP as well was late, and no port is blocked") {
    using End = DnsAnswer::End;
    DnsSeen made = seen(both(End::TimedOut, End::TimedOut));
    made.udp_answers = {answer("10.0.0.1", RecordType::A, End::Addresses, {"203.0.113.2"})};
    made.tcp_answers = {answer("10.0.0.1", RecordType::A, End::Addresses, {"203.0.113.2"})};
    CHECK(why_no_address(made).code == "dns.timeout");
    CHECK(why_no_address(made).confidence == Confidence::Likely);
    CHECK(why_no_address(made).cause.find("does when asked again") != std::string::npos);
    // What another one says over TCP is not this one's word.
    made.tcp_answers.front().server = "10.0.0.2";
    CHECK(why_no_address(made).cause.find("TCP port 53 is blocked") != std::string::npos);
}

TEST_CASE("dns verdict: resolvers that answer at once leave a lookup without an end to this machine") {
    using End = DnsAnswer::End;
    CHECK(answers_promptly(both(End::Addresses, End::NoData)));
    CHECK_FALSE(answers_promptly(both(End::Addresses, End::TimedOut)));
    CHECK_FALSE(answers_promptly(both(End::NoData, End::NoData)));
    CHECK_FALSE(answers_promptly({}));
    DnsSeen made = seen(both(End::Addresses, End::NoData));
    made.system.timed_out = true;
    CHECK(why_no_address(made).code == "dns.local-lookup-fails");
    made.swallows_extended = true;
    CHECK(why_no_address(made).confidence == Confidence::Proven);
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
    for (const End end : {End::NoSuchName, End::NoData, End::Refused, End::ServerFailure}) {
        CHECK(why_resolvers_differ(seen(both(end, end) + both(End::Addresses, End::NoData)))->code == "dns.resolvers-differ");
    }
    auto sinkhole = both(End::Addresses, End::NoData);
    sinkhole.front().addresses = {"0.0.0.0"};
    CHECK(why_resolvers_differ(seen(both(End::Addresses, End::NoData) + sinkhole))->code == "dns.resolvers-differ");
    CHECK_FALSE(why_resolvers_differ(seen(both(End::Addresses, End::NoData) + both(End::Addresses, End::Addresses))));
    CHECK_FALSE(why_resolvers_differ(seen(sinkhole)));
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
    CHECK(scope_of("::ffff:0.0.0.0") == AddressScope::Null);
    CHECK(scope_of("::ffff:127.0.0.1") == AddressScope::Loopback);
    CHECK(scope_of("::ffff:203.0.113.2") == AddressScope::Public);
}

}  // namespace
}  // namespace relaybench::doctor
