#include "doctor/tls_verdict.h"

#include <doctest/doctest.h>

#include "doctor/check_addresses.h"
#include "doctor/check_greeting.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::Confidence;

constexpr const char* kV4 = "203.0.113.2";

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
    TlsTrials made;
    made.same_again = TrialEnd::Silence;
    made.other_name = other_name;
    made.small_packets = small_packets;
    made.plain_request = plain_request;
    return made;
}

std::string code_of(const HandshakeResult& result, const TlsTrials& tried_otherwise) {
    return why_no_session({"relay.test", "relay.test:443"}, result, tried_otherwise).code;
}

TEST_CASE("tls verdict: a silent hand-shake, by what is answered instead") {
    using enum TrialEnd;
    const HandshakeResult silent = ended(HandshakeEnd::TimedOut);
    CHECK(code_of(silent, trials(Silence, Session, Silence)) == "net.mtu-blackhole-down");
    CHECK(code_of(unacknowledged(), trials(Session, Silence, OtherAnswer)) == "tls.sni-drop");
    CHECK(code_of(silent, trials(Silence, Silence, HttpAnswer)) == "tls.plain-http");
    CHECK(code_of(silent, trials(Silence, Silence, Silence)) == "tls.server-silent");
    CHECK(code_of(unacknowledged(), trials(Silence, Silence, OtherAnswer)) == "tls.greeting-dropped");
    CHECK(why_no_session({"h", "h"}, unacknowledged(), trials(Session, Silence, Silence)).confidence == Confidence::Proven);
    CHECK(why_no_session({"h", "h"}, silent, trials(Session, Silence, Silence)).confidence == Confidence::Likely);
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
    CHECK(code_of(ended(HandshakeEnd::Reset), trials(Session, Cut, OtherAnswer)) == "tls.reset-after-clienthello");
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

TEST_CASE("tls verdict: closed before anything is said, or long after it, is nobody behind a forwarder and no filter") {
    using enum TrialEnd;
    TlsTrials cut = trials(Cut, Cut, Cut);
    cut.same_again = cut.nothing_said = Cut;
    CHECK(code_of(ended(HandshakeEnd::Closed), cut) == "tls.closed-at-once");
    cut.nothing_said = Silence;
    CHECK(code_of(ended(HandshakeEnd::Reset), cut) == "tls.reset-after-clienthello");
    HandshakeResult late = ended(HandshakeEnd::Closed);
    late.took = 3s;
    CHECK(code_of(late, cut) == "tls.closed-at-once");
    cut.plain_request = BadRequest;
    CHECK(code_of(late, cut) == "tls.reset-after-clienthello");
}

TEST_CASE("tls verdict: a greeting of TLS 1.2 that is answered where one of TLS 1.3 is not") {
    using enum TrialEnd;
    TlsTrials made = trials(Silence, Silence, Silence);
    made.older_version = Session;
    CHECK(code_of(unacknowledged(), made) == "tls.new-version-dropped");
    made.same_again = Cut;
    CHECK(code_of(ended(HandshakeEnd::Reset), made) == "tls.new-version-dropped");
    made.same_again = Alert;
    const auto refused = why_no_session({"h", "h"}, ended(HandshakeEnd::Alert, "tlsv1 alert internal error"), made);
    CHECK(refused.code == "tls.new-version-dropped");
    CHECK(refused.who == result::Party::Relay);
    made.small_packets = Session;
    CHECK(code_of(ended(HandshakeEnd::TimedOut), made) == "net.mtu-blackhole-down");
}

TEST_CASE("tls verdict: an alert to this name alone is a name that the front end does not know") {
    using enum TrialEnd;
    TlsTrials made = trials(Session, Alert, BadRequest);
    made.same_again = Alert;
    CHECK(code_of(ended(HandshakeEnd::Alert, "sslv3 alert handshake failure"), made) == "tls.sni-unknown");
    made.other_name = Alert;
    CHECK(code_of(ended(HandshakeEnd::Alert, "sslv3 alert handshake failure"), made) == "tls.refused");
}

TEST_CASE("tls verdict: HTTP 400 is plain HTTP where the greeting was not answered in TLS, and says nothing where it was") {
    using enum TrialEnd;
    CHECK(code_of(ended(HandshakeEnd::NotTls, "wrong version number"), trials(OtherAnswer, OtherAnswer, BadRequest)) == "tls.plain-http");
    CHECK(code_of(ended(HandshakeEnd::Alert, "sslv3 alert handshake failure"), trials(Alert, Alert, BadRequest)) == "tls.refused");
    TlsTrials banner = trials(OtherAnswer, OtherAnswer, OtherAnswer);
    banner.first_words = "SSH-2.0-OpenSSH_9.2\r\n";
    const auto finding = why_no_session({"h", "h"}, ended(HandshakeEnd::NotTls, "wrong version number"), banner);
    CHECK(finding.code == "tls.not-tls");
    CHECK(finding.cause.find("SSH-2.0") != std::string::npos);
}

TEST_CASE("tls verdict: where greetings of TCP get lost, what overtakes each other is no hole, and silence is not proven") {
    using enum TrialEnd;
    HandshakeResult result = ended(HandshakeEnd::TimedOut);
    result.tcp.out_of_order_in = 2;
    TlsTrials made = trials(Silence, Silence, Silence);
    made.lost_greetings = 2;
    CHECK(code_of(result, made) == "tls.server-silent");
    CHECK(why_no_session({"h", "h"}, result, made).confidence == Confidence::Likely);
    made.lost_greetings = 0;
    CHECK(code_of(result, made) == "net.mtu-blackhole-down");
}

TEST_CASE("tls verdict: of two rounds what got through once did, and what did not once did not") {
    using enum TrialEnd;
    TlsTrials one = trials(Session, Session, Silence);
    one.lost_greetings = 1;
    TlsTrials other = trials(Session, Silence, BadRequest);
    other.same_again = Session;
    other.lost_greetings = 2;
    const TlsTrials both = merged(one, other);
    CHECK(both.same_again == Session);
    CHECK(both.small_packets == Silence);
    CHECK(both.other_name == Session);
    CHECK(both.plain_request == BadRequest);
    CHECK(both.lost_greetings == 3);
}

TEST_CASE("large greetings: dropped where one packet is answered; not where small packets help, or nothing is answered") {
    using enum TrialEnd;
    const auto seen_of = [](const LargeGreeting& tried) { return judge_large_greeting(tried, "relay.test:443"); };
    CHECK(seen_of({.large = Session}).status == result::CheckStatus::Pass);
    const auto dropped = seen_of({.large = Silence, .large_again = Silence, .large_in_small_packets = Silence, .usual = Session});
    REQUIRE(dropped.findings.size() == 1);
    CHECK(dropped.findings.front().code == "tls.large-greeting-dropped");
    CHECK(seen_of({.large = Silence, .large_again = Silence, .large_in_small_packets = Session, .usual = Session}).findings.empty());
    CHECK(seen_of({.large = Silence, .large_again = Session, .large_in_small_packets = Silence, .usual = Session}).findings.empty());
    CHECK(seen_of({.large = Silence, .large_again = Silence, .large_in_small_packets = Silence, .usual = Silence}).findings.empty());
}

TEST_CASE("addresses: one that differs is a warning, and the cause where it is the one that programs use") {
    const AddressSeen good{.address = "203.0.113.3", .problem = {}};
    const AddressSeen bad{.address = "203.0.113.4", .problem = "certificate has expired"};
    CHECK(judge_addresses(kV4, nullptr, {good}).status == result::CheckStatus::Pass);
    const Outcome warned = judge_addresses(kV4, nullptr, {good, bad});
    CHECK(warned.status == result::CheckStatus::Warn);
    CHECK(warned.findings.front().cause.find("203.0.113.4") != std::string::npos);
    const auto expired = found("tls.expired", Confidence::Proven, "The certificate of relay.test has expired.");
    const Outcome failed = judge_addresses(kV4, &expired, {bad, good});
    CHECK(failed.status == result::CheckStatus::Fail);
    CHECK(failed.findings.front().code == "tls.one-address-bad");
    CHECK(failed.explains == std::vector<std::string>{"tls.handshake", "tls.verify"});
    CHECK(judge_addresses(kV4, &expired, {bad}).status == result::CheckStatus::Info);
    // What is lost on the way to one address is no fault of who stands there.
    const auto hole = found("net.mtu-blackhole-down", Confidence::Proven, "Large packets are lost.");
    CHECK(judge_addresses(kV4, &hole, {good}).status == result::CheckStatus::Info);
    CHECK_FALSE(judge_addresses(kV4, &hole, {good}).works.empty());
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

}  // namespace
}  // namespace relaybench::doctor
