#include "doctor/idle_verdict.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/text.h"
#include "core/units.h"
#include "doctor/finding_codes.h"
#include "doctor/idle_limit.h"

namespace relaybench::doctor {

namespace idle {

namespace {

using core::human_duration;
using result::Confidence;
using result::Finding;
using Role = ArmTimeline::Role;
using End = ArmTimeline::End;

constexpr std::size_t kShownBytes = 120;
/// One may be on its way when the end comes, and one may be miscounted by the round trip.
constexpr std::uint64_t kMissingBeats = 2;

std::string_view many(const IdleLadder& ladder) { return is_sse(ladder) ? "event streams" : "WebSockets"; }

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

}  // namespace idle

Outcome judge_ladder(const IdleLadder& ladder) {
    Outcome outcome = idle::judged(ladder);
    if (outcome.status != result::CheckStatus::Inconclusive) {
        outcome.works = idle::lives_text(ladder);
    }
    if (const auto* quiet = ladder.arm(ArmTimeline::Role::Quiet);
        idle::is_dead(quiet) && (outcome.status == result::CheckStatus::Fail || outcome.status == result::CheckStatus::Warn)) {
        outcome.with("limit", idle::limit_text(ladder, *quiet));
    }
    for (const ArmTimeline& arm : ladder.arms) {
        outcome.with(arm_text(arm, ladder.protocol), end_text(arm));
        if (arm.role == ArmTimeline::Role::Quiet && !arm.answerer.empty()) {
            outcome.with("answered by", core::printable(arm.answerer, idle::kShownBytes));
        }
    }
    return outcome;
}

}  // namespace relaybench::doctor
