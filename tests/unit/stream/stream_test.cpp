#include "support/stream_fixture.h"

namespace relaybench::stream {

namespace {

using namespace std::chrono_literals;
using core::Duration;
using test::finish_event;
using test::token_event;
using Fixture = test::StreamFixture;

}  // namespace

TEST_CASE("stream: a finish signal and a clean end of the body is complete, with every phase stamped") {
    Fixture f;
    f.good_start();
    f.stream->on_body(token_event("a"), f.read(52ms));
    f.stream->on_body(token_event("b"), f.read(72ms));
    f.stream->on_body(finish_event(), f.read(90ms));
    CHECK_FALSE(f.stream->finished());
    f.end(EndKind::BodyComplete, 91ms);
    const auto& record = f.stream->record();
    CHECK(f.outcome() == Outcome::Complete);
    CHECK(record.connected == f.at(1ms));
    CHECK(record.written == f.at(2ms));
    CHECK(record.head == f.at(10ms));
    CHECK(record.first_token == f.at(52ms));
    CHECK(record.last_token == f.at(72ms));
    CHECK(record.ended == f.at(91ms));
    CHECK(record.chunks == 2);
    CHECK(f.notes.gaps == std::vector<Duration>{20ms});
    CHECK(record.detail.empty());
}

TEST_CASE("stream: a role-only chunk, an empty delta and a comment are no first token") {
    Fixture f;
    f.good_start();
    f.stream->on_body("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n", f.read(20ms));
    f.stream->on_body(": keep-alive\n\n", f.read(30ms));
    CHECK_FALSE(f.stream->record().first_token);
    CHECK(f.stream->record().first_event == f.at(20ms));
    f.stream->on_body(token_event("a"), f.read(40ms));
    CHECK(f.stream->record().first_token == f.at(40ms));
}

TEST_CASE("stream: the first answer is the first token that is not reasoning") {
    Fixture f;
    f.good_start();
    f.stream->on_body("data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n", f.read(20ms));
    f.stream->on_body(token_event("a"), f.read(60ms));
    CHECK(f.stream->record().first_token == f.at(20ms));
    CHECK(f.stream->record().first_token_kind == wire::TokenKind::Reasoning);
    CHECK(f.stream->record().first_answer == f.at(60ms));
}

TEST_CASE("stream: events of one read are coalesced and have no gap between them") {
    Fixture f;
    f.good_start();
    f.stream->on_body(token_event("a"), f.read(20ms));
    f.stream->on_body(token_event("b") + token_event("c") + token_event("d"), f.read(50ms));
    CHECK(f.notes.gaps == std::vector<Duration>{30ms});
    CHECK(f.stream->record().coalesced == 2);
    CHECK(f.stream->record().chunks == 4);
}

TEST_CASE("stream: a gap above the threshold is a stall") {
    Fixture f;
    f.good_start();
    f.stream->on_body(token_event("a"), f.read(20ms));
    f.stream->on_body(token_event("b"), f.read(1020ms));
    CHECK(f.stream->record().stalls == 0);
    f.stream->on_body(token_event("c"), f.read(2021ms));
    CHECK(f.stream->record().stalls == 1);
    CHECK(f.stream->record().longest_gap == 1001ms);
}

TEST_CASE("stream: [DONE] alone is no proof of completion") {
    Fixture f;
    f.good_start();
    f.stream->on_body(token_event("a") + "data: [DONE]\n\n", f.read(20ms));
    f.end(EndKind::BodyComplete, 21ms);
    CHECK(f.outcome() == Outcome::Truncated);
    CHECK(f.stream->record().detail == "the body ended without a finish signal ([DONE] alone is no finish signal)");
}

TEST_CASE("stream: deaths without a finish signal are dropped, after one truncated") {
    for (const auto kind : {EndKind::BodyCut, EndKind::Reset, EndKind::TlsCut}) {
        CAPTURE(end_kind_id(kind));
        Fixture without;
        without.good_start();
        without.stream->on_body(token_event("a"), without.read(20ms));
        without.end(kind, 30ms);
        CHECK(without.outcome() == Outcome::Dropped);
        Fixture with;
        with.good_start();
        with.stream->on_body(token_event("a") + finish_event(), with.read(20ms));
        with.end(kind, 30ms);
        CHECK(with.outcome() == Outcome::Truncated);
    }
}

TEST_CASE("stream: an error event inside a 200 ends it by its meaning") {
    struct Case {
        const char* data;
        Outcome outcome;
    };
    for (const auto& c : {Case{R"({"error":{"message":"boom","type":"server_error"}})", Outcome::ErrorInStream},
                          Case{R"({"error":{"message":"Rate limit reached","type":"rate_limit_error","code":"rate_limit_exceeded"}})",
                               Outcome::RateLimited},
                          Case{R"({"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}})", Outcome::Auth},
                          Case{R"({"error":{"message":"You exceeded your quota","code":"insufficient_quota"}})", Outcome::Refused}}) {
        CAPTURE(c.data);
        Fixture f;
        f.good_start();
        f.stream->on_body(token_event("a") + "data: " + c.data + "\n\n", f.read(20ms));
        CHECK(f.outcome() == c.outcome);
        CHECK_FALSE(f.stream->record().detail.empty());
    }
}

TEST_CASE("stream: bytes that cannot be decoded are bad wire") {
    Fixture f;
    f.good_start();
    f.stream->on_body("data: {\"choices\":[{\n\n", f.read(20ms));
    CHECK(f.outcome() == Outcome::BadWire);
}

TEST_CASE("stream: a refusal is classified by status and body once its body has come") {
    struct Case {
        int status;
        const char* body;
        Outcome outcome;
    };
    for (const auto& c : {Case{401, "{}", Outcome::Auth}, Case{403, "", Outcome::Auth}, Case{429, "", Outcome::RateLimited},
                          Case{429, R"({"error":{"code":"insufficient_quota","message":"x"}})", Outcome::Refused},
                          Case{400, R"({"code":"x","error":"Incorrect API key provided: gs***tF."})", Outcome::Auth},
                          Case{404, R"({"error":{"code":"model_not_found","message":"x"}})", Outcome::Refused},
                          Case{500, "oops", Outcome::Refused}, Case{302, "", Outcome::Refused}}) {
        CAPTURE(c.status);
        CAPTURE(c.body);
        Fixture f;
        f.stream->on_connected(ConnectionOrigin::New, f.at(1ms));
        f.stream->on_written(f.at(2ms));
        f.stream->on_head({.status = c.status, .reason = "", .headers = {}, .upgraded = false}, f.read(5ms));
        f.stream->on_body(c.body, f.read(6ms));
        f.end(EndKind::BodyComplete, 7ms);
        CHECK(f.outcome() == c.outcome);
    }
}

TEST_CASE("stream: a 200 that is HTML is refused, and says what it was") {
    Fixture f;
    f.stream->on_written(f.at(2ms));
    f.stream->on_head({.status = 200, .reason = "OK", .headers = {{"content-type", "text/html"}}, .upgraded = false}, f.read(5ms));
    f.stream->on_body("<html>login</html>", f.read(6ms));
    f.end(EndKind::BodyComplete, 7ms);
    CHECK(f.outcome() == Outcome::Refused);
    CHECK(f.stream->record().detail.rfind("HTTP 200 with text/html instead of a stream", 0) == 0);
}

TEST_CASE("stream: an endless refusal body is cut off and classified") {
    Fixture f;
    f.stream->on_written(f.at(2ms));
    f.stream->on_head({.status = 503, .reason = "", .headers = {}, .upgraded = false}, f.read(5ms));
    f.stream->on_body(std::string(64 << 10, 'x'), f.read(6ms));
    CHECK(f.outcome() == Outcome::Refused);
    CHECK(f.stream->record().detail.size() <= 320);
}

TEST_CASE("stream: time-outs name what was missing") {
    Fixture connecting;
    CHECK(connecting.stream->next_deadline() == connecting.at(10s));
    connecting.stream->on_deadline(connecting.at(10s));
    CHECK(connecting.outcome() == Outcome::TimeoutConnect);

    Fixture waiting;
    waiting.good_start();
    waiting.stream->on_body(": ping\n\n", waiting.read(100s));
    CHECK(waiting.stream->next_deadline() == waiting.at(10ms + 120s));
    waiting.stream->on_deadline(waiting.at(10ms + 120s));
    CHECK(waiting.outcome() == Outcome::TimeoutFirstToken);

    Fixture idle;
    idle.good_start();
    idle.stream->on_body(token_event("a"), idle.read(1s));
    idle.stream->on_body(": ping\n\n", idle.read(100s));
    idle.stream->on_deadline(idle.at(100s));
    CHECK_FALSE(idle.stream->finished());
    idle.stream->on_deadline(idle.at(121s));
    CHECK(idle.outcome() == Outcome::TimeoutIdle);
}

TEST_CASE("stream: a body that goes on after the finish signal is truncated after a grace, not awaited for ever") {
    Fixture f;
    f.good_start();
    f.stream->on_body(token_event("a") + finish_event(), f.read(20ms));
    CHECK(f.stream->next_deadline() == f.at(20ms + 5s));
    f.stream->on_body(": keep-alive\n\n", f.read(4s));
    f.stream->on_deadline(f.at(20ms + 5s));
    CHECK(f.outcome() == Outcome::Truncated);
}

TEST_CASE("stream: cancelled while waiting is cancelled, not failed") {
    Fixture f;
    f.good_start();
    f.stream->cancel(f.at(3s));
    CHECK(f.outcome() == Outcome::Cancelled);
    CHECK_FALSE(f.stream->transport_ended());
}

TEST_CASE("stream: nothing is heard after the end") {
    Fixture f;
    f.good_start();
    f.end(EndKind::Reset, 30ms);
    f.stream->on_body(token_event("late"), f.read(40ms));
    f.stream->on_deadline(f.at(500s));
    f.stream->cancel(f.at(500s));
    CHECK(f.outcome() == Outcome::Dropped);
    CHECK(f.stream->record().chunks == 0);
    CHECK(f.stream->record().ended == f.at(30ms));
}

TEST_CASE("stream: secrets and control sequences of a relay never reach the detail") {
    Fixture f;
    f.settings.secrets.emplace_back("hs_live_abcdefghijklmnopqrstuvwxyz012345");
    f.stream->on_written(f.at(2ms));
    f.stream->on_head({.status = 401, .reason = "", .headers = {}, .upgraded = false}, f.read(5ms));
    f.stream->on_body(R"({"error":{"message":"bad key hs_live_abcdefghijklmnopqrstuvwxyz012345 \u001b[31m"}})", f.read(6ms));
    f.end(EndKind::BodyComplete, 7ms);
    CHECK(f.stream->record().detail.find("abcdefghijklmnop") == std::string::npos);
    CHECK(f.stream->record().detail.find('\x1b') == std::string::npos);
}

TEST_CASE("stream: stamps of the relay give the error of first token and gap") {
    Fixture f;
    f.good_start();
    const auto stamped = [&](Duration sent) {
        return "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"send_stamp_ns\":" +
               std::to_string(f.at(sent).time_since_epoch().count()) + "}\n\n";
    };
    f.stream->on_body(stamped(20ms), f.read(20ms + 3us));
    f.stream->on_body(stamped(40ms), f.read(40ms + 10us));
    REQUIRE(f.notes.first_token_errors.size() == 1);
    CHECK(f.notes.first_token_errors.front().at == 3us);
    CHECK(f.notes.gap_errors.empty());  // another event of the same read may follow
    f.stream->cancel(f.at(50ms));
    REQUIRE(f.notes.gap_errors.size() == 1);
    CHECK(f.notes.gap_errors.front().at == 7us);
}

TEST_CASE("stream: of first tokens that came together the first one's send stamp tells the error of ttft") {
    Fixture f;
    f.good_start();
    const auto stamped = [&](Duration sent) {
        return "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"send_stamp_ns\":" +
               std::to_string(f.at(sent).time_since_epoch().count()) + "}\n\n";
    };
    f.stream->on_body(stamped(20ms) + stamped(30ms), f.read(30ms + 3us));
    f.stream->on_body(stamped(40ms), f.read(40ms + 4us));
    f.end(EndKind::Reset, 50ms);
    REQUIRE(f.notes.first_token_errors.size() == 1);
    CHECK(f.notes.first_token_errors.front().at == 10ms + 3us);
    REQUIRE(f.notes.gap_errors.size() == 1);
    CHECK(f.notes.gap_errors.front().at == 1us);
}

TEST_CASE("stream: a whole JSON answer is one chunk with its usage") {
    Fixture f(wire::Dialect::ChatJson);
    f.stream->on_written(f.at(2ms));
    f.stream->on_head({.status = 200, .reason = "OK", .headers = {{"content-type", "application/json"}}, .upgraded = false}, f.read(50ms));
    f.stream->on_body(R"({"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],)", f.read(51ms));
    f.stream->on_body(R"("usage":{"prompt_tokens":3,"completion_tokens":7,"total_tokens":10}})", f.read(52ms));
    f.end(EndKind::BodyComplete, 53ms);
    CHECK(f.outcome() == Outcome::Complete);
    CHECK(f.stream->record().usage_tokens == 7);
    CHECK(f.stream->record().first_token == f.at(52ms));
}

}  // namespace relaybench::stream
