#include "support/stream_fixture.h"

namespace relaybench::stream {

namespace {

using namespace std::chrono_literals;
using core::Duration;
using Fixture = test::StreamFixture;

}  // namespace

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
    struct Case {
        int status;
        Outcome outcome;
    };
    for (const auto& c : {Case{400, Outcome::UpgradeFailed}, Case{200, Outcome::UpgradeFailed}, Case{401, Outcome::Auth},
                          Case{429, Outcome::RateLimited}}) {
        CAPTURE(c.status);
        Fixture f(wire::Dialect::ChatWs);
        f.stream->on_connected(ConnectionOrigin::New, f.at(1ms));
        f.stream->on_head({.status = c.status, .reason = "", .headers = {}, .upgraded = false}, f.read(5ms));
        f.end(EndKind::BodyComplete, 7ms);
        CHECK(f.outcome() == c.outcome);
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

}  // namespace relaybench::stream
