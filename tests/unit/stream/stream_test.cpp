#include "stream/stream.h"

#include <doctest/doctest.h>

#include <vector>

#include "support/scripted_transport.h"

using namespace std::chrono_literals;
using relaybench::core::Duration;
using relaybench::core::ManualClock;
using relaybench::core::TimePoint;
using namespace relaybench::stream;
using relaybench::test::finish_event;
using relaybench::test::ScriptedTransport;
using relaybench::test::sse_head;
using relaybench::test::token_event;
using relaybench::test::upgraded_head;
namespace wire = relaybench::wire;

namespace {

class Notes final : public StreamObserver {
  public:
    void on_chunk(TimePoint) override { ++chunks; }
    void on_gap(Duration gap) override { gaps.push_back(gap); }
    void on_heartbeat(Duration round_trip) override { heartbeats.push_back(round_trip); }
    void on_first_token_error(Duration error) override { first_token_errors.push_back(error); }
    void on_gap_error(Duration error) override { gap_errors.push_back(error); }

    int chunks = 0;
    std::vector<Duration> gaps;
    std::vector<Duration> heartbeats;
    std::vector<Duration> first_token_errors;
    std::vector<Duration> gap_errors;
};

/// A stream on its own, fed by hand. Time 0 is its start.
struct Fixture {
    explicit Fixture(wire::Dialect dialect = wire::Dialect::ChatSse) {
        settings.dialect = dialect;
        stream.emplace(StreamContext{settings, decoder, transport, notes}, StreamId{}, StreamStart{0, 0, false, zero, zero});
    }

    [[nodiscard]] TimePoint at(Duration since_start) const { return zero + since_start; }
    [[nodiscard]] Arrival read(Duration since_start, std::uint64_t number = 0) {
        return {at(since_start), at(since_start), StampSource::Kernel, number != 0 ? number : ++next_read};
    }
    void good_start() {
        stream->on_connected(ConnectionOrigin::New, at(1ms));
        stream->on_written(at(2ms));
        stream->on_head(sse_head(), read(10ms));
    }
    void good_upgrade() {
        stream->on_connected(ConnectionOrigin::New, at(1ms));
        stream->on_head(upgraded_head(), read(5ms));
        stream->on_written(at(6ms));
    }
    void end(EndKind kind, Duration since_start, std::uint16_t code = 0, std::string detail = {}) {
        stream->on_ended({.kind = kind, .system_error = 0, .close_code = code, .detail = std::move(detail), .at = at(since_start)});
    }
    [[nodiscard]] Outcome outcome() const {
        REQUIRE(stream->finished());
        return stream->record().outcome;
    }

    ManualClock clock;
    TimePoint zero = clock.now();
    StreamSettings settings;
    wire::PayloadDecoder decoder;
    ScriptedTransport transport{clock, [](StreamId, const wire::Request&) { return relaybench::test::Script{}; }};
    Notes notes;
    std::uint64_t next_read = 100;
    std::optional<Stream> stream;
};

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
    CHECK(f.notes.first_token_errors == std::vector<Duration>{3us});
    CHECK(f.notes.gap_errors == std::vector<Duration>{7us});
}

TEST_CASE("stream: a WebSocket is complete at its finish signal and waits shortly for usage and close") {
    Fixture f(wire::Dialect::StreamWs);
    f.good_upgrade();
    f.stream->on_message(wire::MessageKind::Text, R"({"type":"chunk","content":"a"})", f.read(20ms));
    f.stream->on_message(wire::MessageKind::Text, R"({"type":"done"})", f.read(40ms));
    CHECK(f.stream->next_deadline() == f.at(140ms));
    f.stream->on_deadline(f.at(140ms));
    CHECK(f.outcome() == Outcome::Complete);
    CHECK(f.stream->record().ended == f.at(40ms));
}

TEST_CASE("stream: an abnormal end within the grace of a WebSocket is truncated") {
    Fixture f(wire::Dialect::StreamWs);
    f.good_upgrade();
    f.stream->on_message(wire::MessageKind::Text, R"({"type":"chunk","content":"a"})", f.read(20ms));
    f.stream->on_message(wire::MessageKind::Text, R"({"type":"done"})", f.read(40ms));
    f.end(EndKind::Reset, 41ms);
    CHECK(f.outcome() == Outcome::Truncated);
}

TEST_CASE("stream: close codes by meaning and by how far the stream had come") {
    struct Case {
        std::uint16_t code;
        const char* reason;
        bool token;
        Outcome outcome;
    };
    for (const auto& c : {Case{1000, "", false, Outcome::Refused}, Case{1000, "", true, Outcome::Truncated},
                          Case{1005, "", true, Outcome::Truncated}, Case{1011, "", true, Outcome::Dropped},
                          Case{1013, "", true, Outcome::Dropped}, Case{3000, "", false, Outcome::Auth}, Case{4001, "", true, Outcome::Auth},
                          Case{1008, "invalid_api_key", false, Outcome::Auth}, Case{4429, "", true, Outcome::RateLimited}}) {
        CAPTURE(c.code);
        CAPTURE(c.token);
        Fixture f(wire::Dialect::StreamWs);
        f.good_upgrade();
        if (c.token) {
            f.stream->on_message(wire::MessageKind::Text, R"({"type":"chunk","content":"a"})", f.read(20ms));
        }
        f.end(EndKind::CloseFrame, 30ms, c.code, c.reason);
        CHECK(f.outcome() == c.outcome);
        CHECK(f.stream->record().close_code == c.code);
    }
}

TEST_CASE("stream: a refused upgrade is upgrade_failed unless its meaning is another") {
    for (const auto& [status, outcome] : {std::pair{400, Outcome::UpgradeFailed}, std::pair{200, Outcome::UpgradeFailed},
                                          std::pair{401, Outcome::Auth}, std::pair{429, Outcome::RateLimited}}) {
        CAPTURE(status);
        Fixture f(wire::Dialect::ChatWs);
        f.stream->on_connected(ConnectionOrigin::New, f.at(1ms));
        f.stream->on_head({.status = status, .reason = "", .headers = {}, .upgraded = false}, f.read(5ms));
        f.end(EndKind::BodyComplete, 7ms);
        CHECK(f.outcome() == outcome);
    }
    Fixture invalid(wire::Dialect::ChatWs);
    invalid.end(EndKind::UpgradeInvalid, 7ms);
    CHECK(invalid.outcome() == Outcome::UpgradeFailed);
}

TEST_CASE("stream: heartbeats are timed, and a peer that never answers is declared dead") {
    Fixture f(wire::Dialect::StreamWs);
    f.settings.first_token_timeout = 1h;
    f.good_upgrade();
    CHECK(f.stream->next_deadline() == f.at(5ms + 30s));
    f.stream->on_deadline(f.at(5ms + 30s));
    CHECK(f.transport.pings() == 1);
    f.stream->on_pong(f.read(5ms + 30s + 4ms));
    CHECK(f.notes.heartbeats == std::vector<Duration>{4ms});
    f.stream->on_deadline(f.at(60s + 5ms));
    f.stream->on_deadline(f.at(90s + 5ms));
    CHECK(f.transport.pings() == 2);
    f.stream->on_deadline(f.at(60s + 5ms + 55s));
    CHECK(f.outcome() == Outcome::Dropped);
}

TEST_CASE("stream: a JSON heartbeat written before the first token does not move the request's stamp") {
    Fixture f(wire::Dialect::StreamWs);
    f.settings.heartbeat = HeartbeatLevel::Json;
    f.good_upgrade();
    f.stream->on_deadline(f.at(5ms + 30s));
    CHECK(f.transport.sent() == std::vector<std::string>{R"({"type":"ping"})"});
    f.stream->on_written(f.at(31s));
    f.stream->on_message(wire::MessageKind::Text, R"({"type":"pong"})", f.read(32s));
    CHECK(f.stream->record().written == f.at(6ms));
    CHECK(f.notes.heartbeats.size() == 1);
    CHECK_FALSE(f.stream->record().first_event);
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
