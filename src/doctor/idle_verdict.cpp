#include "doctor/idle_verdict.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/finding_codes.h"

namespace relaybench::doctor {

namespace {

using core::human_duration;
using result::CheckStatus;
using result::Confidence;
using result::Finding;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;
using Protocol = IdleLadder::Protocol;

constexpr std::size_t kShownBytes = 120;
/// One may be on its way when the end comes, and one may be miscounted by the round trip.
constexpr std::uint64_t kMissingBeats = 2;

bool is_dead(const ArmTimeline* arm) { return arm != nullptr && arm->is_dead(); }
bool is_alive(const ArmTimeline* arm) { return arm != nullptr && arm->is_alive(); }

/// Ended by something on the way or at its end, as opposed to falling silent.
bool is_cut(const ArmTimeline& arm) {
    return arm.end == End::Fin || arm.end == End::Refused || (arm.end == End::Reset && !arm.is_reset_by_asking());
}

bool is_same(core::Duration a, core::Duration b, const IdleLadder& ladder) { return std::chrono::abs(a - b) <= ladder.tolerance(); }

bool is_sse(const IdleLadder& ladder) { return ladder.protocol == Protocol::Sse; }
std::string_view one(const IdleLadder& ladder) { return is_sse(ladder) ? "An event stream" : "A WebSocket"; }
std::string_view many(const IdleLadder& ladder) { return is_sse(ladder) ? "event streams" : "WebSockets"; }

/// The most spared arm that lived: the less it has to send, the better for whoever follows its example.
const ArmTimeline* survivor(const IdleLadder& ladder) {
    for (const Role role : {Role::SlowHeartbeat, Role::Heartbeat, Role::RelayHeartbeat, Role::Busy}) {
        if (const auto* arm = ladder.arm(role); is_alive(arm)) {
            return arm;
        }
    }
    return nullptr;
}

// --- what ends busy connections too

/// An arm whose beats the relay wrote and this side never got, before it was cut.
const ArmTimeline* swallowed_arm(const IdleLadder& ladder) {
    for (const Role role : {Role::Heartbeat, Role::Busy}) {
        const auto* arm = ladder.arm(role);
        if (is_sse(ladder) && is_dead(arm) && is_cut(*arm) && arm->written_in_time().value_or(0) >= arm->beats_seen + kMissingBeats) {
            return arm;
        }
    }
    return nullptr;
}

Finding swallowed(const IdleLadder& ladder, const ArmTimeline& arm) {
    const bool data_passes = is_alive(ladder.arm(Role::Busy));
    Finding finding = found(
        "idle.keepalive-swallowed", Confidence::Proven,
        fmt::format("{} with {} was {}. By then the relay had written {} of them and {} had arrived: {}.", one(ladder),
                    arm_text(arm, ladder.protocol), end_text(arm), *arm.written_in_time(), arm.beats_seen,
                    data_passes ? "something on the way removes comments and lets events pass" : "something on the way holds them back"));
    if (data_passes) {
        finding.fix = fmt::format("The proxy must pass comments on. Until it does, the relay can send empty events at least every {}.",
                                  human_duration(arm.quiet() / 2));
    }
    return finding;
}

bool flowed_to_the_end(const IdleLadder& ladder, const ArmTimeline& busy) {
    return busy.ended - busy.last_received <= 3 * busy.interval + ladder.tolerance();
}

/// By the network, at a moment that it chose: even a reset that seems to answer a packet, as busy connections always have one on its way.
bool is_ended(const ArmTimeline& arm) { return arm.end == End::Fin || arm.end == End::Reset; }

/// An arm that was opened at another time than the busy one and ended at the same age.
const ArmTimeline* same_age_arm(const IdleLadder& ladder, const ArmTimeline& busy) {
    const auto twin = std::find_if(ladder.arms.begin(), ladder.arms.end(), [&](const ArmTimeline& each) {
        return each.role != Role::Bare && each.is_dead() && is_same(each.age(), busy.age(), ladder) &&
               !is_same(each.born, busy.born, ladder);
    });
    return twin == ladder.arms.end() ? nullptr : &*twin;
}

bool ended_at_one_moment(const IdleLadder& ladder, const ArmTimeline& busy) {
    return std::all_of(ladder.arms.begin(), ladder.arms.end(), [&](const ArmTimeline& each) {
        return each.role == Role::Bare || each.end == End::NotOpened || (each.is_dead() && is_same(each.ended, busy.ended, ladder));
    });
}

Finding capped(const IdleLadder& ladder, const ArmTimeline& busy) {
    const std::string_view whose = usual_caps(busy.age());
    return found("net.absolute-cap", Confidence::Proven,
                 fmt::format("{} end when they are {} old, whatever flows on them: the one with {} too, which was opened later{}.",
                             is_sse(ladder) ? "Event streams" : "WebSockets", human_duration(busy.age()), arm_text(busy, ladder.protocol),
                             whose.empty() ? "" : fmt::format(". This is a usual limit of {}", whose)));
}

Finding closed_by_relay(const IdleLadder& ladder, const ArmTimeline& arm, std::string_view circumstance) {
    const std::string reason = arm.detail.empty() ? "" : fmt::format(", \"{}\"", core::printable(arm.detail, kShownBytes));
    return found("idle.relay-closed", Confidence::Proven,
                 fmt::format("{} is closed with code {}{} {}.", one(ladder), arm.close_code, reason, circumstance));
}

// --- what ends quiet connections only

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
        default:
            return std::nullopt;
    }
}

// --- outcomes

std::string lives_text(const IdleLadder& ladder) {
    const auto* arm = is_alive(ladder.arm(Role::Quiet)) ? ladder.arm(Role::Quiet) : survivor(ladder);
    if (arm == nullptr) {
        return {};
    }
    const std::string age = human_duration(arm->age());
    return arm->role == Role::Quiet ? fmt::format("quiet {} live for {}", many(ladder), age)
                                    : fmt::format("{} with {} live for {}", many(ladder), arm_text(*arm, ladder.protocol), age);
}

Outcome failed(const ArmTimeline& arm, Finding finding) { return Outcome::fail(end_text(arm), std::move(finding)); }

/// What ends whatever flows also ends the synthetic streams of the checks before, when it strikes before those are over.
Outcome failed_for_all(const IdleLadder& ladder, const ArmTimeline& arm, Finding finding) {
    constexpr core::Duration kSyntheticStream = 12 * std::chrono::milliseconds(300);
    Outcome outcome = failed(arm, std::move(finding));
    if (arm.age() <= kSyntheticStream) {
        outcome.explains =
            is_sse(ladder) ? std::vector<std::string>{"sse.headers", "sse.timing", "sse.finish"} : std::vector<std::string>{"ws.stream"};
    }
    return outcome;
}

Outcome judge_busy_end(const IdleLadder& ladder, const ArmTimeline& quiet, const ArmTimeline& busy) {
    const auto* twin = same_age_arm(ladder, busy);
    if (busy.end == End::Close) {
        const std::string when = twin != nullptr ? fmt::format("when it is {} old, whatever flows on it", human_duration(busy.age()))
                                                 : fmt::format("{} after it was opened, while messages flowed", human_duration(busy.age()));
        return failed_for_all(ladder, busy, closed_by_relay(ladder, busy, when));
    }
    if (is_ended(busy) && flowed_to_the_end(ladder, busy) && twin != nullptr && is_ended(*twin)) {
        Outcome outcome = failed_for_all(ladder, busy, capped(ladder, busy));
        if (auto limit = is_same(quiet.age(), busy.age(), ladder) ? std::nullopt : limit_on_quiet(ladder, quiet)) {
            outcome.findings.push_back(*std::move(limit));
        }
        return outcome;
    }
    if (busy.end == End::Silence || ended_at_one_moment(ladder, busy)) {
        return Outcome::inconclusive("all connections ended together, busy ones too: the network or the relay failed then", "another run");
    }
    return Outcome::inconclusive(
        fmt::format("a connection with {} ended, which no limit explains: {}", arm_text(busy, ladder.protocol), end_text(busy)),
        "another run");
}

/// The busy arm lives: whatever ended others has to do with quiet.
Outcome judge_quiet_end(const IdleLadder& ladder, const ArmTimeline& quiet) {
    const auto* beating = ladder.arm(Role::Heartbeat);
    if (auto limit = limit_on_quiet(ladder, quiet)) {
        return is_dead(beating) ? failed(quiet, *std::move(limit)) : Outcome::warn(end_text(quiet), *std::move(limit));
    }
    const auto odd = std::find_if(ladder.arms.begin(), ladder.arms.end(),
                                  [](const ArmTimeline& each) { return each.role != Role::Bare && each.is_dead(); });
    if (odd == ladder.arms.end()) {
        return Outcome::pass(lives_text(ladder));
    }
    if (odd->end == End::Close) {
        return failed(*odd, closed_by_relay(ladder, *odd,
                                            fmt::format("although it had {}, while a quiet one lived", arm_text(*odd, ladder.protocol))));
    }
    return Outcome::inconclusive(fmt::format("a connection with {} ended: {}", arm_text(*odd, ladder.protocol), end_text(*odd)),
                                 "another run");
}

/// A refusal that came at once is no limit on what is quiet.
bool was_opened(const IdleLadder& ladder, const ArmTimeline* arm) {
    return arm != nullptr && arm->end != End::NotOpened && (arm->end != End::Refused || arm->quiet() > ladder.tolerance());
}

Outcome not_opened(const IdleLadder& ladder, const ArmTimeline* arm) {
    const std::string why = arm == nullptr || arm->detail.empty() ? "" : ": " + core::printable(arm->detail, kShownBytes);
    return Outcome::inconclusive(fmt::format("{} could not be opened{}", one(ladder), why),
                                 is_sse(ladder) ? "sse.headers without a fault" : "ws.upgrade without a fault");
}

Outcome judged(const IdleLadder& ladder) {
    const auto* quiet = ladder.arm(Role::Quiet);
    const auto* busy = ladder.arm(Role::Busy);
    for (const auto* arm : {quiet, busy}) {
        if (!was_opened(ladder, arm)) {
            return not_opened(ladder, arm);
        }
    }
    if (const auto* arm = swallowed_arm(ladder)) {
        return failed_for_all(ladder, *arm, swallowed(ladder, *arm));
    }
    return busy->is_dead() ? judge_busy_end(ladder, *quiet, *busy) : judge_quiet_end(ladder, *quiet);
}

}  // namespace

Outcome judge_ladder(const IdleLadder& ladder) {
    Outcome outcome = judged(ladder);
    if (outcome.status != CheckStatus::Inconclusive) {
        outcome.works = lives_text(ladder);
    }
    if (const auto* quiet = ladder.arm(Role::Quiet);
        is_dead(quiet) && (outcome.status == CheckStatus::Fail || outcome.status == CheckStatus::Warn)) {
        outcome.with("limit", limit_text(ladder, *quiet));
    }
    for (const ArmTimeline& arm : ladder.arms) {
        outcome.with(arm_text(arm, ladder.protocol), end_text(arm));
        if (arm.role == Role::Quiet && !arm.answerer.empty()) {
            outcome.with("answered by", core::printable(arm.answerer, kShownBytes));
        }
    }
    return outcome;
}

}  // namespace relaybench::doctor
