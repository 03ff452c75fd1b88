#include "doctor/idle_verdict.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "result/diagnosis.h"

namespace relaybench::doctor {
namespace {

using namespace std::chrono_literals;
using result::CheckStatus;
using result::Confidence;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Protocol = IdleLadder::Protocol;

constexpr core::Duration kLength = 130s;
constexpr core::Duration kLater = 4s;

/// An arm that lived: the last beat and its answer lie within its interval of the end.
ArmTimeline arm(Role role, core::Duration interval = 0s) {
    ArmTimeline made;
    made.role = role;
    made.interval = interval;
    made.born = role == Role::Busy ? kLater : 0s;
    made.end = End::Alive;
    made.ended = made.born + kLength;
    made.last_sent = made.last_received = made.ended;
    return made;
}

/// Invented timelines: everything lives, until a test says otherwise.
IdleLadder sockets() {
    return {.protocol = Protocol::WebSocket,
            .length = kLength,
            .arms = {arm(Role::Quiet), arm(Role::Heartbeat, 25s), arm(Role::SlowHeartbeat, 50s), arm(Role::RelayHeartbeat, 25s),
                     arm(Role::Busy, 1s), arm(Role::Bare)}};
}

IdleLadder streams() {
    return {.protocol = Protocol::Sse,
            .length = kLength,
            .arms = {arm(Role::Quiet), arm(Role::Heartbeat, 15s), arm(Role::Busy, 1s), arm(Role::Bare)}};
}

ArmTimeline& of(IdleLadder& ladder, Role role) {
    return *std::find_if(ladder.arms.begin(), ladder.arms.end(), [role](const ArmTimeline& each) { return each.role == role; });
}

/// Ended at this age; the last byte flowed `quiet` before.
ArmTimeline& ended(IdleLadder& ladder, Role role, End end, core::Duration age, core::Duration quiet) {
    ArmTimeline& made = of(ladder, role);
    made.end = end;
    made.ended = made.born + age;
    made.last_sent = made.last_received = made.ended - quiet;
    return made;
}

/// Fell silent: what was sent after `quiet` has no answer.
ArmTimeline& silent(IdleLadder& ladder, Role role, core::Duration asked, core::Duration quiet) {
    ArmTimeline& made = ended(ladder, role, End::Silence, kLength + 5s, kLength + 5s - asked + quiet);
    made.asked = made.born + asked;
    made.last_sent = *made.asked;
    made.tcp.unacked = 1;
    made.tcp.retransmits = 4;
    return made;
}

std::string code_of(const Outcome& outcome) { return outcome.findings.empty() ? "" : outcome.findings.front().code; }

std::string evidence(const Outcome& outcome, std::string_view name) {
    const auto found =
        std::find_if(outcome.evidence.begin(), outcome.evidence.end(), [name](const auto& each) { return each.name == name; });
    return found == outcome.evidence.end() ? "" : found->value;
}

void check_says(const Outcome& outcome, std::string_view words) {
    CAPTURE(outcome.summary);
    REQUIRE_FALSE(outcome.findings.empty());
    const std::string text = outcome.findings.front().cause + " " + outcome.findings.front().fix;
    CAPTURE(text);
    CHECK(text.find(words) != std::string::npos);
}

}  // namespace

TEST_CASE("idle: everything that lives passes, and says for how long") {
    for (const IdleLadder& ladder : {sockets(), streams()}) {
        const Outcome outcome = judge_ladder(ladder);
        CHECK(outcome.status == CheckStatus::Pass);
        CHECK(outcome.findings.empty());
        CHECK(outcome.works.find("quiet") == 0);
        CHECK(outcome.works.find("2 m 10 s") != std::string::npos);
    }
}

TEST_CASE("idle: a front end that waits for a request no longer than it likes is no fault") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Bare, End::Fin, 60s, 60s);
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Pass);
    CHECK(evidence(outcome, "bare TCP").find("1 m 00 s") != std::string::npos);
}

TEST_CASE("idle: a FIN at 60 s is a proxy's timer, a warning while heartbeats live, and half of it is advised") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Fin, 60100ms, 60s);
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(code_of(outcome) == "idle.proxy-timer");
    CHECK(outcome.findings.front().confidence == Confidence::Likely);
    CHECK(evidence(outcome, "limit") == "1 m 00 s");
    check_says(outcome, "nginx");
    check_says(outcome, "every 30.0 s");
    CHECK(outcome.works == "WebSockets with pings every 50.0 s live for 2 m 10 s");
}

TEST_CASE("idle: two arms that were quiet for as long and ended likewise prove the timer") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Fin, 30s, 30s);
    ended(ladder, Role::SlowHeartbeat, End::Fin, 30s, 30s);
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(outcome.findings.front().confidence == Confidence::Proven);
    CHECK(outcome.works == "WebSockets with pings every 25.0 s live for 2 m 10 s");
}

TEST_CASE("idle: a timer shorter than the usual heartbeat is a failure, not a cap, as busy connections live") {
    IdleLadder ladder = sockets();
    for (const Role role : {Role::Quiet, Role::Heartbeat, Role::SlowHeartbeat, Role::RelayHeartbeat}) {
        ended(ladder, role, End::Fin, 10s, 10s);
    }
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Fail);
    CHECK(code_of(outcome) == "idle.proxy-timer");
    check_says(outcome, "too rare");
    check_says(outcome, "every 5.00 s");
    CHECK(outcome.works == "WebSockets with messages every 1.00 s live for 2 m 10 s");
}

TEST_CASE("idle: pings that come in time and do not count are told from pings that are too rare") {
    IdleLadder ladder = sockets();
    for (const Role role : {Role::Quiet, Role::Heartbeat, Role::SlowHeartbeat, Role::RelayHeartbeat}) {
        ended(ladder, role, End::Fin, 60s, role == Role::Quiet ? 60s : 10s);
    }
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Fail);
    CHECK(code_of(outcome) == "idle.proxy-timer");
    check_says(outcome, "do not help, data does");
    check_says(outcome, "{\"type\":\"ping\"}");
}

TEST_CASE("idle: usual limits are guessed within a second, and only then") {
    const std::vector<std::pair<std::chrono::seconds, const char*>> known = {
        {30s, "Google"}, {60s, "nginx"}, {100s, "Cloudflare"}, {120s, "Cloudflare"}, {240s, "Azure"}, {350s, "AWS"}, {900s, "squid"}};
    for (const auto& [limit, whose] : known) {
        CHECK(usual_idle_timers(limit).find(whose) != std::string_view::npos);
        CHECK(usual_idle_timers(limit + 900ms).find(whose) != std::string_view::npos);
    }
    CHECK(usual_idle_timers(75s).empty());
    CHECK(usual_idle_timers(4s).empty());
    CHECK(usual_caps(15s).find("Envoy") != std::string_view::npos);
    CHECK(usual_caps(60s).empty());
}

TEST_CASE("idle: a Close frame is the relay's own") {
    IdleLadder ladder = sockets();
    ArmTimeline& quiet = ended(ladder, Role::Quiet, End::Close, 40s, 40s);
    quiet.close_code = 1001;
    quiet.detail = "idle\x1b[31m";
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(code_of(outcome) == "idle.relay-closed");
    check_says(outcome, "1001");
    check_says(outcome, "every 20.0 s");
    CHECK(outcome.findings.front().cause.find('\x1b') == std::string::npos);
}

TEST_CASE("idle: a relay that closes whatever flows fails, by age or all at once") {
    for (const bool by_age : {true, false}) {
        IdleLadder ladder = sockets();
        for (ArmTimeline& each : ladder.arms) {
            if (each.role != Role::Bare) {
                ended(ladder, each.role, End::Close, each.role == Role::Busy && !by_age ? 36s : 40s, 500ms).close_code = 1008;
            }
        }
        const Outcome outcome = judge_ladder(ladder);
        CHECK(outcome.status == CheckStatus::Fail);
        CHECK(code_of(outcome) == "idle.relay-closed");
        CHECK((outcome.findings.front().cause.find("whatever flows") != std::string::npos) == by_age);
    }
}

TEST_CASE("idle: RST at idle and RST in answer to a packet are a device's, with what each allows to say") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Reset, 40s, 40s);
    ended(ladder, Role::Bare, End::Reset, 40s, 40s);
    const Outcome at_idle = judge_ladder(ladder);
    CHECK(at_idle.status == CheckStatus::Warn);
    CHECK(code_of(at_idle) == "idle.l4-reset");
    check_says(at_idle, "reset after nothing has flowed for 40.0 s");
    check_says(at_idle, "every 20.0 s");

    ladder = sockets();
    ArmTimeline& quiet = ended(ladder, Role::Quiet, End::Reset, kLength, kLength);
    quiet.asked = quiet.last_sent = quiet.ended - 1ms;
    const Outcome by_asking = judge_ladder(ladder);
    CHECK(code_of(by_asking) == "idle.l4-reset");
    check_says(by_asking, "next packet on it is answered with a reset");
    check_says(by_asking, "every 50.0 s");  // what was seen to live; the limit itself lies somewhere between
}

TEST_CASE("idle: a reset that spares bare TCP is a proxy's timer") {
    IdleLadder ladder = sockets();
    ended(ladder, Role::Quiet, End::Reset, 40s, 40s);
    CHECK(code_of(judge_ladder(ladder)) == "idle.proxy-timer");
    check_says(judge_ladder(ladder), "TCP alone is not");

    ended(ladder, Role::Bare, End::Fin, 20s, 20s);
    CHECK(code_of(judge_ladder(ladder)) == "idle.proxy-timer");

    // Without the comparison nothing speaks for a proxy.
    of(ladder, Role::Bare).end = End::NotOpened;
    CHECK(code_of(judge_ladder(ladder)) == "idle.l4-reset");
}

TEST_CASE("idle: silence after a pause is a forgotten connection, and what lived is advised") {
    IdleLadder ladder = sockets();
    silent(ladder, Role::Quiet, kLength, kLength);
    silent(ladder, Role::SlowHeartbeat, 50s, 50s);
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(code_of(outcome) == "idle.nat-silent-drop");
    CHECK(outcome.findings.front().confidence == Confidence::Proven);
    check_says(outcome, "4 times more");
    check_says(outcome, "between 25.0 s and 50.0 s");
    CHECK(evidence(outcome, "limit") == "between 25.0 s and 50.0 s");
    check_says(outcome, "every 25.0 s");
    CHECK(evidence(outcome, "pings every 50.0 s").find("after 50.0 s of quiet") != std::string::npos);
}

TEST_CASE("idle: silence behind a proxy that takes our packets is a forgotten connection too, less certainly") {
    IdleLadder ladder = streams();
    silent(ladder, Role::Quiet, kLength, kLength).tcp = {};
    const Outcome outcome = judge_ladder(ladder);
    CHECK(code_of(outcome) == "idle.nat-silent-drop");
    CHECK(outcome.findings.front().confidence == Confidence::Likely);
    check_says(outcome, "keep-alive comment at least every 15.0 s");
}

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

}  // namespace relaybench::doctor
