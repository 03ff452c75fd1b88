#include "doctor/idle_verdict.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/doctor/idle_timelines.h"

namespace relaybench::doctor::idle_test {

TEST_CASE("idle: when all fall silent, busy ones too, quiet is not the reason") {
    for (IdleLadder ladder : {sockets(), streams()}) {
        for (ArmTimeline& each : ladder.arms) {
            silent(ladder, each.role, 70s, 1s);
        }
        const Outcome outcome = judge_ladder(ladder);
        CHECK(outcome.status == CheckStatus::Inconclusive);
        CHECK(outcome.findings.empty());
    }
}

TEST_CASE("idle: the same age whatever flows is a cap, the same moment is an outage") {
    for (const IdleLadder& healthy : {sockets(), streams()}) {
        IdleLadder ladder = healthy;
        for (ArmTimeline& each : ladder.arms) {
            ended(ladder, each.role, End::Fin, 15s, each.role == Role::Quiet ? 15s : 500ms);
        }
        const Outcome cap = judge_ladder(ladder);
        CHECK(cap.status == CheckStatus::Fail);
        CHECK(code_of(cap) == "net.absolute-cap");
        CHECK(cap.findings.size() == 1);
        check_says(cap, "Envoy");

        for (ArmTimeline& each : ladder.arms) {
            ended(ladder, each.role, End::Fin, 15s - each.born, 500ms);
        }
        const Outcome outage = judge_ladder(ladder);
        CHECK(outage.status == CheckStatus::Inconclusive);
        CHECK(outage.findings.empty());
    }
}

TEST_CASE("idle: a cap and a shorter timer are told both, the cap first") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Fin, 60s, 60s);
    for (const Role role : {Role::Heartbeat, Role::SlowHeartbeat, Role::RelayHeartbeat, Role::Busy}) {
        ended(ladder, role, End::Reset, 100s, 900ms);
    }
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Fail);
    REQUIRE(outcome.findings.size() == 2);
    CHECK(outcome.findings[0].code == "net.absolute-cap");
    CHECK(outcome.findings[1].code == "idle.proxy-timer");
}

TEST_CASE("idle: what ends everything within seconds explains why the streams of the checks before were cut") {
    for (const IdleLadder& healthy : {sockets(), streams()}) {
        for (const auto age : {3s, 15s}) {
            IdleLadder ladder = healthy;
            for (ArmTimeline& each : ladder.arms) {
                ended(ladder, each.role, End::Fin, age, each.role == Role::Quiet ? age : 500ms);
            }
            CHECK(judge_ladder(ladder).explains.empty() == (age == 15s));
        }
    }
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Fin, 3s, 3s);
    CHECK(judge_ladder(ladder).explains.empty());  // streams are not quiet
}

TEST_CASE("idle: one busy connection that ends alone explains nothing") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Busy, End::Fin, 40s, 500ms);
    CHECK(judge_ladder(ladder).status == CheckStatus::Inconclusive);
}

TEST_CASE("idle: comments that the relay wrote and nobody got are swallowed, also before the head") {
    for (const End end : {End::Fin, End::Refused}) {
        IdleLadder ladder = streams();
        for (ArmTimeline& each : ladder.arms) {
            ended(ladder, each.role, end, 60s, 60s).status = end == End::Refused ? 504 : 200;
        }
        of(ladder, Role::Heartbeat).written = 8;  // it went on writing after our end
        of(ladder, Role::Busy).written = 60;
        const Outcome outcome = judge_ladder(ladder);
        CHECK(outcome.status == CheckStatus::Fail);
        CHECK(code_of(outcome) == "idle.keepalive-swallowed");
        check_says(outcome, "had written 4 of them and 0 had arrived");
        check_says(outcome, "holds them back");
    }
}

TEST_CASE("idle: comments that are removed while events pass are swallowed, and events are advised") {
    IdleLadder ladder = streams();
    ended(ladder, Role::Quiet, End::Fin, 60s, 60s);
    ended(ladder, Role::Heartbeat, End::Fin, 60s, 60s).written = 4;
    const Outcome outcome = judge_ladder(ladder);
    CHECK(code_of(outcome) == "idle.keepalive-swallowed");
    check_says(outcome, "removes comments");
    check_says(outcome, "empty events");
}

TEST_CASE("idle: comments that came and were not enough are not swallowed") {
    IdleLadder ladder = streams();
    ended(ladder, Role::Quiet, End::Fin, 10s, 10s);
    ended(ladder, Role::Heartbeat, End::Fin, 10s, 10s).written = 0;
    CHECK(code_of(judge_ladder(ladder)) == "idle.proxy-timer");

    // A relay that does not count proves nothing.
    of(ladder, Role::Heartbeat).written.reset();
    CHECK(code_of(judge_ladder(ladder)) == "idle.proxy-timer");
}

TEST_CASE("idle: silence is no swallowing, although the relay wrote into the void") {
    IdleLadder ladder = streams();
    silent(ladder, Role::Quiet, kLength, kLength);
    silent(ladder, Role::Heartbeat, kLength, kLength).written = 8;
    CHECK(code_of(judge_ladder(ladder)) == "idle.nat-silent-drop");
}

TEST_CASE("idle: answers in the stream's place without counts are no cap") {
    IdleLadder ladder = streams();
    for (ArmTimeline& each : ladder.arms) {
        ended(ladder, each.role, End::Refused, 3s, 3s).status = 504;
    }
    CHECK(judge_ladder(ladder).status == CheckStatus::Inconclusive);
}

TEST_CASE("idle: what could not be opened decides nothing") {
    for (IdleLadder ladder : {sockets(), streams()}) {
        of(ladder, Role::Quiet).end = End::NotOpened;
        of(ladder, Role::Quiet).detail = "HTTP 426 Upgrade Required";
        const Outcome outcome = judge_ladder(ladder);
        CHECK(outcome.status == CheckStatus::Inconclusive);
        CHECK(outcome.summary.find("426") != std::string::npos);
        CHECK_FALSE(evidence(outcome, "would decide").empty());
    }
}

TEST_CASE("idle: a refusal at once is neither a timer nor a cap") {
    IdleLadder ladder = streams();
    for (ArmTimeline& each : ladder.arms) {
        ended(ladder, each.role, End::Refused, 60ms, 50ms).status = 429;
    }
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Inconclusive);
    CHECK(outcome.findings.empty());
}

TEST_CASE("idle: heartbeats that could not be tried are not said to be too rare") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Fin, 60s, 60s);
    for (const Role role : {Role::Heartbeat, Role::SlowHeartbeat, Role::RelayHeartbeat}) {
        of(ladder, role).end = End::NotOpened;
    }
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(outcome.findings.front().cause.find("too rare") == std::string::npos);
    check_says(outcome, "With messages every 1.00 s");
}

TEST_CASE("idle: a short ladder is judged by a shorter measure") {
    IdleLadder ladder = sockets();
    CHECK(ladder.tolerance() == 1s);
    ladder.length = 65s;
    CHECK(ladder.tolerance() == 500ms);
    ladder.length = 5s;
    CHECK(ladder.tolerance() == 250ms);
}

}  // namespace relaybench::doctor::idle_test
