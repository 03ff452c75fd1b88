#include "doctor/idle_verdict.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "unit/doctor/idle_timelines.h"

namespace relaybench::doctor::idle_test {

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

TEST_CASE(
    "idle: what breaks after a pause, by an alert of TLS or a page in place of a frame, is a proxy's timer; what breaks at once is none") {
    IdleLadder ladder = streams();
    ended(ladder, Role::Quiet, End::Garbled, 30s, 30s).detail = "tlsv1 alert internal error";
    const Outcome outcome = judge_ladder(ladder);
    CHECK(outcome.status == CheckStatus::Warn);
    CHECK(code_of(outcome) == "idle.proxy-timer");
    check_says(outcome, "internal error");
    CHECK(evidence(outcome, "limit") == "30.0 s");

    ended(ladder, Role::Quiet, End::Garbled, 30s, 0s);
    CHECK(judge_ladder(ladder).status == CheckStatus::Inconclusive);
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

}  // namespace relaybench::doctor::idle_test
