#include <doctest/doctest.h>

#include <utility>

#include "doctor/answerer.h"
#include "doctor/http2_frames.h"
#include "doctor/rate_limits.h"
#include "doctor/websocket_pings.h"
#include "doctor/websocket_refusal.h"

namespace relaybench::doctor {
namespace {

using result::CheckStatus;
using result::Confidence;
using Kind = Answerer::Kind;

HttpReply answer(int status, std::vector<wire::Header> headers = {}, std::string body = {}) {
    HttpReply reply;
    reply.end = HttpReply::End::Complete;
    reply.status = status;
    reply.headers = std::move(headers);
    reply.body = std::move(body);
    return reply;
}

constexpr const char* kRelayError = R"({"error":{"message":"no"}})";
constexpr const char* kPage = "<html><body>no</body></html>";

TEST_CASE("answerer: products are known by their headers, and by their pages where they send none") {
    CHECK(answerer_of(answer(524, {{"server", "cloudflare"}, {"cf-ray", "8a"}})).name == "Cloudflare");
    CHECK(answerer_of(answer(504, {{"server", "awselb/2.0"}})).name == "an AWS load balancer");
    CHECK(answerer_of(answer(503, {{"x-squid-error", "ERR_CONNECT_FAIL 111"}, {"server", "squid/5.7"}})).kind == Kind::Interceptor);
    CHECK(answerer_of(answer(504, {}, "<html><body><h1>504 Gateway Time-out</h1>\nThe server didn't respond in time.")).name == "HAProxy");
    CHECK(answerer_of(answer(503, {}, "upstream connect error or disconnect/reset before headers. reset reason: x")).name == "Envoy");
    CHECK(answerer_of(answer(403, {{"server", "Zscaler/6.2"}}, kPage)).kind == Kind::Interceptor);
    CHECK(answerer_of(answer(403, {{"server", "nginx"}}, "<html>blocked by Zscaler</html>")).kind == Kind::Interceptor);
    CHECK(answerer_of(answer(403, {{"server", "nginx"}}, kPage)).name == "nginx");
    CHECK(answerer_of(answer(502, {{"server", "a\x1b[1mb"}}, kPage)).name.find('\x1b') == std::string::npos);
}

TEST_CASE("answerer: the relay's shape is the relay's, whatever stands before it adds") {
    CHECK(answerer_of(answer(503, {{"server", "nginx"}}, kRelayError)).kind == Kind::Relay);
    CHECK(answerer_of(answer(503, {{"cf-ray", "8a"}}, kRelayError)).kind == Kind::Relay);
    CHECK(answerer_of(answer(403, {{"x-squid-error", "ERR_ACCESS_DENIED 0"}}, kRelayError)).kind == Kind::Interceptor);
    CHECK(answerer_of(answer(500)).kind == Kind::Unknown);
}

TEST_CASE("answerer: a status that one product alone gives is explained") {
    CHECK(answered(answer(524, {{"cf-ray", "8a"}})).find("100 to 120 s") != std::string::npos);
    CHECK(answered(answer(504, {{"server", "nginx/1.22.1"}}, kPage)).find("proxy_read_timeout") != std::string::npos);
    CHECK(answered(answer(504)) == answer(504).text());
}

TEST_CASE("rate: who limits is told by shape, headers and pages") {
    CHECK_FALSE(why_limited(answer(503)));
    CHECK(why_limited(answer(429, {{"retry-after", "7"}}, kRelayError))->code == "rate.limited-by-relay");
    CHECK(why_limited(answer(429, {{"retry-after", "7"}}, kRelayError))->confidence == Confidence::Proven);
    CHECK(why_limited(answer(429, {{"server", "nginx"}}, kRelayError))->confidence == Confidence::Likely);
    CHECK(why_limited(answer(429, {{"server", "nginx"}}, kPage))->code == "rate.limited-by-proxy");
    CHECK(why_limited(answer(429, {{"server", "cloudflare"}, {"retry-after", "7"}}, kPage))->code == "rate.limited-by-proxy");
    CHECK(why_limited(answer(429, {{"retry-after", "7"}}, "slow down"))->code == "rate.limited-by-relay");
    CHECK(why_limited(answer(429))->code == "rate.limited-by-proxy");
}

TEST_CASE("answerer: what a relay's provider says for it is for the relay to mend, and what a proxy says is not") {
    CHECK(why_limited(answer(429, {{"cf-ray", "8a"}}, kPage))->who == result::Party::Relay);
    CHECK(why_limited(answer(429, {{"server", "nginx"}}, kPage))->who == result::Party::YourNetwork);
    CHECK(why_server_fails(answer(503, {{"server", "squid/5.7"}}, kPage), "x").who == result::Party::YourNetwork);
    CHECK(why_server_fails(answer(503, {{"server", "nginx"}}, kPage), "x").code == "relay.down");
    CHECK(why_blocked(answer(403, {{"cf-mitigated", "challenge"}}, kPage)));
    CHECK(why_blocked(answer(202, {{"x-amzn-waf-action", "challenge"}})));
    CHECK_FALSE(why_blocked(answer(403, {{"server", "cloudflare"}}, kPage)));
    CHECK_FALSE(why_blocked(answer(403, {}, R"({"error":"error code: 1020"})")));
    CHECK_FALSE(why_blocked(answer(429, {{"cf-ray", "8a"}}, "error code: 1015")));
}

TEST_CASE("rate: the limit of which least is left counts; what cannot be read is none") {
    const auto left = tightest_limit({{"x-ratelimit-limit-requests", "60"},
                                      {"x-ratelimit-remaining-requests", "30"},
                                      {"x-ratelimit-limit-tokens", "100000"},
                                      {"x-ratelimit-remaining-tokens", "9999"}});
    REQUIRE(left);
    CHECK(left->what == "tokens");
    CHECK(left->is_nearly_used());
    CHECK_FALSE(tightest_limit({{"x-ratelimit-limit", "60"}, {"x-ratelimit-remaining", "6"}})->is_nearly_used());
    CHECK_FALSE(tightest_limit({{"x-ratelimit-limit", "0"}, {"x-ratelimit-remaining", "0"}}));
    CHECK_FALSE(tightest_limit({{"x-ratelimit-limit", "99999999999999999999"}, {"x-ratelimit-remaining", "-1"}}));
    CHECK_FALSE(tightest_limit({{"x-ratelimit-limit", "60"}}));
}

TEST_CASE("http2: the settings of a server, and what only looks like them") {
    using namespace std::string_literals;
    // nginx's beginning, and one that offers RFC 8441.
    CHECK(looks_like_http2("\0\0\x12\4\0\0\0\0\0"s));
    CHECK_FALSE(read_http2_settings("\0\0\x12\4\0\0\0\0\0"s));
    CHECK_FALSE(read_http2_settings("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64"s)->extended_connect);
    CHECK(read_http2_settings("\0\0\6\4\0\0\0\0\0\0\x8\0\0\0\1more"s)->extended_connect);
    for (const auto& text : {""s, "HTTP/1.1 200 OK"s, "\0\0\7\4\0\0\0\0\0"s, "\0\0\0\4\0\0\0\0\1"s}) {
        CHECK_FALSE(looks_like_http2(text));
        CHECK_FALSE(read_http2_settings(text));
    }
    CHECK(http2_greeting().size() == 24 + 9);
}

std::string refused(const HttpReply& reply, UpgradeHeaders headers = UpgradeHeaders::NotKnown) {
    return why_upgrade_refused(reply, "something", headers).code;
}

TEST_CASE("websocket refusal: who refused is told by status, shape and page") {
    CHECK(refused(answer(101)) == "ws.broken-101");
    CHECK(refused(answer(302, {{"location", "https://x.test/"}})) == "ws.redirect");
    CHECK(refused(answer(401, {}, kRelayError)) == "ws.auth");
    CHECK(refused(answer(403, {}, kRelayError)) == "ws.auth");
    CHECK(refused(answer(403, {}, kPage)) == "ws.policy-denied");
    CHECK(refused(answer(429, {}, kPage)) == "rate.limited-by-proxy");
    CHECK(refused(answer(200, {}, kPage)) == "ws.answered-by-web-page");
    CHECK(refused(answer(400, {}, "<html>The plain HTTP request was sent to HTTPS port</html>")) == "url.scheme-swapped");
    for (const int status : {502, 503, 504, 524}) {
        CHECK(refused(answer(status)) == "ws.gateway");
    }
    for (const int status : {400, 404, 426}) {
        CHECK(refused(answer(status, {}, kRelayError)) == "ws.upgrade-stripped");
    }
}

TEST_CASE("websocket refusal: that the headers were taken away is proven by the relay's own word only") {
    const HttpReply plain = answer(426, {}, kRelayError);
    CHECK(why_upgrade_refused(plain, "", UpgradeHeaders::Stripped).confidence == Confidence::Proven);
    CHECK(why_upgrade_refused(plain, "", UpgradeHeaders::Arrive).confidence == Confidence::Likely);
    CHECK(refused(plain, UpgradeHeaders::Arrive) == "ws.upgrade-stripped");
    CHECK(refused(answer(404, {}, kPage), UpgradeHeaders::Arrive) == "ws.answered-by-web-page");
    CHECK(refused(answer(404, {}, kPage), UpgradeHeaders::Stripped) == "ws.upgrade-stripped");
    CHECK(why_upgrade_refused(plain, "", UpgradeHeaders::NotKnown).confidence == Confidence::Likely);
}

TEST_CASE("websocket refusal: silence, a cut and frames of HTTP/2 are three things") {
    HttpReply none;
    none.end = HttpReply::End::TimedOut;
    CHECK(refused(none) == "ws.gateway");
    none.tcp.unacked = 1;
    none.tcp.retransmits = 4;
    CHECK(refused(none) == "ws.policy-denied");  // never acknowledged: something drops it
    none.tcp = {};
    none.end = HttpReply::End::Reset;
    CHECK(refused(none) == "ws.policy-denied");
    none.end = HttpReply::End::NotHttp;
    none.first_bytes = std::string("\0\0\x12\4\0\0\0\0\0", 9);
    CHECK(refused(none) == "ws.h2-mismatch");
}

TEST_CASE("pings: a pong answers the ping of its payload, once; others answer none") {
    using namespace std::chrono_literals;
    const core::TimePoint began{};
    SentPings sent;
    const std::string first = sent.add(began);
    const std::string second = sent.add(began + 200ms);
    CHECK_FALSE(sent.answer("", began + 210ms));
    CHECK_FALSE(sent.answer("keep-alive", began + 210ms));
    CHECK(sent.answer(second, began + 250ms) == 50ms);
    CHECK(sent.answer(first, began + 260ms) == 260ms);
    CHECK_FALSE(sent.answer(first, began + 270ms));
    CHECK(sent.count() == 2);
}

TEST_CASE("pings: those that a proxy answers itself are told by the relay's count") {
    CHECK(judge_pings({.sent = 5, .answered = 5, .arrived = 5}).status == CheckStatus::Pass);
    CHECK(judge_pings({.sent = 5, .answered = 5}).status == CheckStatus::Pass);
    CHECK(judge_pings({.sent = 5, .answered = 5, .arrived = 0}).status == CheckStatus::Warn);
    CHECK(judge_pings({.sent = 5, .answered = 4, .arrived = 5}).status == CheckStatus::Warn);
    CHECK(judge_pings({.sent = 5, .answered = 4}).status == CheckStatus::Inconclusive);
    CHECK(judge_pings({.sent = 5, .answered = 0, .arrived = 5}).status == CheckStatus::Fail);
    CHECK(judge_pings({.sent = 5, .answered = 0, .arrived = 0}).findings.front().code == "ws.ping-swallowed");
    CHECK(judge_pings({.sent = 2, .answered = 1, .ended = true}).status == CheckStatus::Inconclusive);
}

}  // namespace
}  // namespace relaybench::doctor
