#include <doctest/doctest.h>

#include "doctor/check_body.h"
#include "doctor/facts.h"
#include "doctor/finding_codes.h"
#include "doctor/lost_packets.h"
#include "doctor/unanswered.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::Confidence;

Unanswered unanswered() {
    Unanswered replies;
    replies.first.end = replies.again.end = replies.small.end = HttpReply::End::TimedOut;
    return replies;
}

TEST_CASE("answers that do not come: lost for their size when small packets bring one and later segments came without the large ones") {
    Unanswered replies = unanswered();
    CHECK_FALSE(why_unanswered(replies));
    replies.small.end = HttpReply::End::Complete;
    replies.again.tcp.out_of_order_in = 1;
    REQUIRE(why_unanswered(replies));
    CHECK(why_unanswered(replies)->code == "net.mtu-blackhole-down");
    CHECK(why_unanswered(replies)->confidence == Confidence::Proven);
    CHECK_FALSE(may_be_chance(replies));
    replies.small.end = HttpReply::End::TimedOut;
    replies.first.tcp.out_of_order_in = 2;
    CHECK(why_unanswered(replies)->confidence == Confidence::Likely);
    CHECK_FALSE(is_answered_now_and_then(replies));
}

TEST_CASE(
    "answers that do not come: without a sign of lost packets it is a hole only when it repeats itself, else somebody holds answers") {
    Unanswered replies = unanswered();
    replies.small.end = HttpReply::End::Complete;
    CHECK(may_be_chance(replies));
    CHECK_FALSE(why_unanswered(replies));
    replies.repeated = true;
    REQUIRE(why_unanswered(replies));
    CHECK(why_unanswered(replies)->confidence == Confidence::Likely);
}

TEST_CASE("answers that do not come: where full packets came it is no hole, whatever came out of order") {
    Unanswered replies = unanswered();
    replies.small.end = HttpReply::End::Complete;
    replies.first.tcp.out_of_order_in = 2;
    replies.first.body.assign(8000, 'x');
    CHECK(is_trickling(replies.first));
    CHECK_FALSE(why_unanswered(replies));
}

TEST_CASE("losses: of a connection some of whose packets came at another try; one that never gets through may be meant") {
    TcpFacts tcp;
    CHECK_FALSE(lost_some(tcp));
    tcp.unacked = 1;
    tcp.retransmits = 4;
    tcp.all_retransmits = 5;  // with the probe before them
    CHECK_FALSE(lost_some(tcp));
    tcp.all_retransmits = 6;
    CHECK(lost_some(tcp));
    tcp = {};
    tcp.all_retransmits = 1;
    CHECK(lost_some(tcp));
    tcp = {};
    tcp.out_of_order_in = 1;
    CHECK(lost_some(tcp));
}

TEST_CASE("losses: who is not heard on a line that loses packets, or could not even be asked, is not blamed") {
    const auto otherwise = found("ws.gateway", Confidence::Possible, "No answer.");
    HttpReply reply;
    reply.end = HttpReply::End::TimedOut;
    Facts facts;
    CHECK(why_unheard(facts, reply, otherwise).code == "ws.gateway");
    reply.tcp.all_retransmits = 1;
    CHECK(why_unheard(facts, reply, otherwise).code == "net.flaky");
    reply.tcp = {};
    facts.loses_packets = true;
    CHECK(why_unheard(facts, reply, otherwise).code == "net.flaky");
    facts.loses_packets = false;
    reply.end = HttpReply::End::NotSent;
    CHECK(why_unheard(facts, reply, otherwise).code == "net.flaky");
}

TEST_CASE("bodies: a line on which 4 KiB take long beyond a round trip is too thin for 64") {
    CHECK_FALSE(is_too_thin(1ms, 2ms));
    CHECK_FALSE(is_too_thin(900ms, 1100ms));  // far away, and not thin
    CHECK(is_too_thin(30ms, 560ms));
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
