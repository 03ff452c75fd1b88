#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "doctor/check.h"
#include "doctor/idle_ladder.h"

/// Invented timelines of a ladder, and questions about what was made of them.
namespace relaybench::doctor::idle_test {

using namespace std::chrono_literals;
using result::CheckStatus;
using result::Confidence;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Protocol = IdleLadder::Protocol;

inline constexpr core::Duration kLength = 130s;
inline constexpr core::Duration kLater = 4s;

/// An arm that lived: the last beat and its answer lie within its interval of the end.
inline ArmTimeline arm(Role role, core::Duration interval = 0s) {
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
inline IdleLadder sockets() {
    return {.protocol = Protocol::WebSocket,
            .length = kLength,
            .arms = {arm(Role::Quiet), arm(Role::Heartbeat, 25s), arm(Role::SlowHeartbeat, 50s), arm(Role::RelayHeartbeat, 25s),
                     arm(Role::Busy, 1s), arm(Role::Bare)}};
}

inline IdleLadder streams() {
    return {.protocol = Protocol::Sse,
            .length = kLength,
            .arms = {arm(Role::Quiet), arm(Role::Heartbeat, 15s), arm(Role::Busy, 1s), arm(Role::Bare)}};
}

inline ArmTimeline& of(IdleLadder& ladder, Role role) {
    return *std::find_if(ladder.arms.begin(), ladder.arms.end(), [role](const ArmTimeline& each) { return each.role == role; });
}

/// Ended at this age; the last byte flowed `quiet` before.
inline ArmTimeline& ended(IdleLadder& ladder, Role role, End end, core::Duration age, core::Duration quiet) {
    ArmTimeline& made = of(ladder, role);
    made.end = end;
    made.ended = made.born + age;
    made.last_sent = made.last_received = made.ended - quiet;
    return made;
}

/// Fell silent: what was sent after `quiet` has no answer.
inline ArmTimeline& silent(IdleLadder& ladder, Role role, core::Duration asked, core::Duration quiet) {
    ArmTimeline& made = ended(ladder, role, End::Silence, kLength + 5s, kLength + 5s - asked + quiet);
    made.asked = made.born + asked;
    made.last_sent = *made.asked;
    made.tcp.unacked = 1;
    made.tcp.retransmits = 4;
    return made;
}

inline std::string code_of(const Outcome& outcome) { return outcome.findings.empty() ? "" : outcome.findings.front().code; }

inline std::string evidence(const Outcome& outcome, std::string_view name) {
    const auto found =
        std::find_if(outcome.evidence.begin(), outcome.evidence.end(), [name](const auto& each) { return each.name == name; });
    return found == outcome.evidence.end() ? "" : found->value;
}

inline void check_says(const Outcome& outcome, std::string_view words) {
    CAPTURE(outcome.summary);
    REQUIRE_FALSE(outcome.findings.empty());
    const std::string text = outcome.findings.front().cause + " " + outcome.findings.front().fix;
    CAPTURE(text);
    CHECK(text.find(words) != std::string::npos);
}

}  // namespace relaybench::doctor::idle_test
