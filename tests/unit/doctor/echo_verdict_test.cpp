#include "doctor/echo_verdict.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace relaybench::doctor {
namespace {

using Kind = SocketEvent::Kind;
using result::CheckStatus;

/// How a run of seven messages ended.
struct Ended {
    std::size_t came = 0;
    Kind kind = Kind::TimedOut;
    std::uint16_t close_code = 0;
    bool comes_when_pushed = false;
};

EchoRun run_of(const Ended& ended) {
    EchoRun run;
    run.sent = 7;
    run.came = ended.came;
    run.failed.emplace();
    run.failed->kind = ended.kind;
    run.failed->close_code = ended.close_code;
    run.failed->comes_when_pushed = ended.comes_when_pushed;
    run.failed->name = "a text of 16 KiB";
    return run;
}

EchoRun whole() {
    EchoRun run;
    run.sent = run.came = 7;
    return run;
}

std::string verdict(const Ended& ended) { return judge_echo(run_of(ended), std::nullopt).findings.at(0).code; }

/// Where small messages, played alone, all came back.
std::string verdict_when_small_pass(const Ended& ended) { return judge_echo(run_of(ended), whole()).findings.at(0).code; }

/// Where those ended likewise.
std::string verdict_when_small_end(const Ended& ended) { return judge_echo(run_of(ended), run_of(ended)).findings.at(0).code; }

TEST_CASE("echo: all that came back passes, and what is on its way still is a thin line's") {
    EchoRun run = whole();
    CHECK(judge_echo(run, std::nullopt).status == CheckStatus::Pass);
    run.came = 5;
    run.still_moving = true;
    CHECK(judge_echo(run, std::nullopt).status == CheckStatus::Info);
}

TEST_CASE("echo: silence from the first on is one direction, later it is a kind of message") {
    CHECK(verdict({.came = 0}) == "ws.one-way");
    CHECK(verdict({.came = 5}) == "ws.frame-blocked");
    CHECK(verdict({.came = 5, .kind = Kind::Text}) == "ws.frame-blocked");
}

TEST_CASE("echo: what comes when more is sent behind it was held, not lost") {
    CHECK(verdict({.came = 0, .comes_when_pushed = true}) == "ws.buffered");
    CHECK(verdict({.came = 6, .comes_when_pushed = true}) == "ws.buffered");
}

TEST_CASE("echo: an end that spares small messages is about the kind of message") {
    CHECK(verdict({.came = 5, .kind = Kind::Reset}) == "ws.frame-blocked");
    CHECK(verdict_when_small_pass({.came = 0, .kind = Kind::Reset}) == "ws.frame-blocked");
    CHECK(verdict_when_small_pass({.came = 5, .kind = Kind::Close, .close_code = 1009}) == "ws.frame-blocked");
}

TEST_CASE("echo: an end that strikes small messages too is told by its code") {
    CHECK(verdict_when_small_end({.came = 0, .kind = Kind::Reset}) == "ws.cut");
    CHECK(verdict_when_small_end({.came = 3, .kind = Kind::Fin}) == "ws.cut");
    CHECK(verdict_when_small_end({.came = 0, .kind = Kind::Close, .close_code = 1001}) == "ws.cut");
    CHECK(verdict_when_small_end({.came = 0, .kind = Kind::Close, .close_code = 1008}) == "ws.policy-denied");
    CHECK(verdict_when_small_end({.came = 0, .kind = Kind::Close, .close_code = 1011}) == "ws.gateway");
    CHECK(verdict_when_small_end({.came = 0, .kind = Kind::Close, .close_code = 1014}) == "ws.gateway");
}

EchoMessage text(const char* payload) {
    EchoMessage message;
    message.payload = payload;
    return message;
}

TEST_CASE("echo: a message that is skipped is told from one that is altered") {
    std::vector<EchoMessage> expected;
    expected.push_back(text("one"));
    expected.push_back(text("two"));
    SocketEvent event;
    event.kind = Kind::Text;
    event.payload = "two";
    CHECK(failure_of(event, expected).is_skipped);
    event.payload = "three";
    CHECK_FALSE(failure_of(event, expected).is_skipped);
}

}  // namespace
}  // namespace relaybench::doctor
