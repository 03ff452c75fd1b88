#include "doctor/idle_limit.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor::idle {

namespace {

using core::human_duration;
using result::Confidence;
using result::Finding;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Protocol = IdleLadder::Protocol;

constexpr std::size_t kShownBytes = 120;

}  // namespace

bool is_dead(const ArmTimeline* arm) { return arm != nullptr && arm->is_dead(); }
bool is_alive(const ArmTimeline* arm) { return arm != nullptr && arm->is_alive(); }

bool is_cut(const ArmTimeline& arm) {
    return arm.end == End::Fin || arm.end == End::Refused || arm.end == End::Garbled ||
           (arm.end == End::Reset && !arm.is_reset_by_asking());
}

bool is_same(core::Duration a, core::Duration b, const IdleLadder& ladder) { return std::chrono::abs(a - b) <= ladder.tolerance(); }

bool is_sse(const IdleLadder& ladder) { return ladder.protocol == Protocol::Sse; }
std::string_view one(const IdleLadder& ladder) { return is_sse(ladder) ? "An event stream" : "A WebSocket"; }

const ArmTimeline* survivor(const IdleLadder& ladder) {
    for (const Role role : {Role::SlowHeartbeat, Role::Heartbeat, Role::RelayHeartbeat, Role::Busy}) {
        if (const auto* arm = ladder.arm(role); is_alive(arm)) {
            return arm;
        }
    }
    return nullptr;
}

Finding closed_by_relay(const IdleLadder& ladder, const ArmTimeline& arm, std::string_view circumstance) {
    const std::string reason = arm.detail.empty() ? "" : fmt::format(", \"{}\"", core::printable(arm.detail, kShownBytes));
    return found("idle.relay-closed", Confidence::Proven,
                 fmt::format("{} is closed with code {}{} {}.", one(ladder), arm.close_code, reason, circumstance));
}

namespace {

/// Heartbeats that were frequent enough and arrived, and yet did not count.
bool is_beat_ignored(const IdleLadder& ladder, const ArmTimeline& quiet, const ArmTimeline& beating) {
    return beating.is_dead() && beating.interval + ladder.tolerance() < quiet.quiet() && is_same(beating.age(), quiet.age(), ladder);
}

/// To be appended, with a blank before it. Nothing when nothing lived: then something else ended the heartbeats too.
std::string what_helps(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const auto* beating = ladder.arm(Role::Heartbeat);
    const auto* lives = survivor(ladder);
    if (lives == nullptr) {
        return {};
    }
    std::string lived = fmt::format(" With {} it lived for {}.", arm_text(*lives, ladder.protocol), human_duration(lives->age()));
    if (!is_dead(beating)) {
        return lived;
    }
    return fmt::format(" {} every {} {}.{}", is_sse(ladder) ? "Keep-alive comments" : "Pings", human_duration(beating->interval),
                       is_beat_ignored(ladder, quiet, *beating) ? "do not help, data does" : "are too rare", lived);
}

/// Whether the end tells the limit itself. When nobody notices it before the next packet, it lies somewhere between two distances.
bool is_limit_known(const ArmTimeline& quiet) { return is_cut(quiet) || quiet.end == End::Close; }

}  // namespace

std::string limit_text(const IdleLadder& ladder, const ArmTimeline& quiet) {
    if (is_limit_known(quiet)) {
        return human_duration(quiet.quiet());
    }
    core::Duration most = quiet.quiet();
    for (const ArmTimeline& each : ladder.arms) {
        most = each.end == quiet.end && each.role != Role::Bare ? std::min(most, each.quiet()) : most;
    }
    const auto* lives = survivor(ladder);
    return fmt::format("between {} and {}", human_duration(lives == nullptr ? core::Duration{0} : lives->interval), human_duration(most));
}

namespace {

/// The distance of heartbeats that is safe: half of a limit that is known, or what was seen to live.
core::Duration safe_interval(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const auto* lived = survivor(ladder);
    return is_limit_known(quiet) || lived == nullptr ? quiet.quiet() / 2 : std::min(lived->interval, quiet.quiet() / 2);
}

std::string how_to_beat(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const std::string every = human_duration(safe_interval(ladder, quiet));
    const auto* beating = ladder.arm(Role::Heartbeat);
    const bool ignored = is_dead(beating) && is_beat_ignored(ladder, quiet, *beating);
    if (is_sse(ladder)) {
        return fmt::format("The relay has to send {} at least every {}; or use a WebSocket, on which the client can send heartbeats.",
                           ignored ? "an event" : "a keep-alive comment", every);
    }
    return fmt::format("Send {} on the WebSocket every {}.", ignored ? "a message such as {\"type\":\"ping\"}" : "a ping", every);
}

/// Another arm on which nothing flowed for as long and that ended likewise.
bool is_confirmed(const IdleLadder& ladder, const ArmTimeline& quiet) {
    return std::any_of(ladder.arms.begin(), ladder.arms.end(), [&](const ArmTimeline& each) {
        return &each != &quiet && each.end == quiet.end && is_same(each.quiet(), quiet.quiet(), ladder);
    });
}

/// A reset of what was quiet within TLS or HTTP, while bare TCP was let alone: only who takes part in the protocol tells the two apart.
bool is_reset_by_proxy(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const auto* bare = ladder.arm(Role::Bare);
    const bool both = is_dead(bare) && bare->end == End::Reset && is_same(bare->quiet(), quiet.quiet(), ladder);
    return quiet.end == End::Reset && !quiet.is_reset_by_asking() && bare != nullptr && bare->end != End::NotOpened && !both;
}

std::string how_closed(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const std::string limit = human_duration(quiet.quiet());
    switch (quiet.end) {
        case End::Refused:
            return fmt::format("is answered HTTP {} after {} without a byte", quiet.status, limit);
        case End::Reset:
            return fmt::format("is reset after nothing has flowed for {}, and TCP alone is not", limit);
        case End::Garbled:
            return fmt::format("breaks after nothing has flowed for {} ({})", limit, core::printable(quiet.detail, kShownBytes));
        default:
            return fmt::format("is closed {} after nothing has flowed for {}", is_sse(ladder) ? "before its end" : "without a Close frame",
                               limit);
    }
}

Finding timer_finding(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const std::string_view whose = usual_idle_timers(quiet.quiet());
    Finding finding = found("idle.proxy-timer", is_confirmed(ladder, quiet) ? Confidence::Proven : Confidence::Likely,
                            fmt::format("{} {}: a proxy's timer{}.{}", one(ladder), how_closed(ladder, quiet),
                                        whose.empty() ? "" : fmt::format(", likely that of {}", whose), what_helps(ladder, quiet)));
    finding.fix = how_to_beat(ladder, quiet) + " Or have the proxy's limit raised beyond the longest pause of a stream.";
    return finding;
}

Finding reset_finding(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const std::string how = quiet.is_reset_by_asking()
                                ? fmt::format("After {} of quiet the next packet on it is answered with a reset (the limit lies {})",
                                              human_duration(quiet.quiet()), limit_text(ladder, quiet))
                                : fmt::format("It is reset after nothing has flowed for {}", human_duration(quiet.quiet()));
    Finding finding = found("idle.l4-reset", is_confirmed(ladder, quiet) ? Confidence::Proven : Confidence::Likely,
                            fmt::format("{} that is quiet does not last. {}: a firewall or load balancer has forgotten it.{}", one(ladder),
                                        how, what_helps(ladder, quiet)));
    finding.fix = how_to_beat(ladder, quiet) + " TCP keep-alives at that distance help too.";
    return finding;
}

Finding drop_finding(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const bool lost_here = quiet.tcp.unacked > 0 && quiet.tcp.retransmits >= 2;
    const std::string where = lost_here ? fmt::format("it was sent {} times more and never acknowledged", quiet.tcp.retransmits)
                                        : "it was taken over on the way and got no further";
    Finding finding = found(
        "idle.nat-silent-drop", lost_here && is_alive(ladder.arm(Role::Heartbeat)) ? Confidence::Proven : Confidence::Likely,
        fmt::format("{} that was quiet for {} is dead, and nobody says so: nothing answered the next packet, {}. The limit lies {}.{}",
                    one(ladder), human_duration(quiet.quiet()), where, limit_text(ladder, quiet), what_helps(ladder, quiet)));
    finding.fix = how_to_beat(ladder, quiet) + " TCP keep-alives at that distance help too.";
    return finding;
}

}  // namespace

std::optional<Finding> limit_on_quiet(const IdleLadder& ladder, const ArmTimeline& quiet) {
    switch (quiet.end) {
        case End::Fin:
        case End::Refused:
            return timer_finding(ladder, quiet);
        case End::Close: {
            Finding finding = closed_by_relay(ladder, quiet, fmt::format("after nothing has flowed for {}", human_duration(quiet.quiet())));
            finding.cause += what_helps(ladder, quiet);
            finding.fix = how_to_beat(ladder, quiet) + " The relay's support knows the limit.";
            return finding;
        }
        case End::Reset:
            return is_reset_by_proxy(ladder, quiet) ? timer_finding(ladder, quiet) : reset_finding(ladder, quiet);
        case End::Silence:
            return drop_finding(ladder, quiet);
        case End::Garbled:
            // At once it is no limit: something spoils what flows.
            return quiet.quiet() > ladder.tolerance() ? std::optional(timer_finding(ladder, quiet)) : std::nullopt;
        default:
            return std::nullopt;
    }
}

}  // namespace relaybench::doctor::idle
