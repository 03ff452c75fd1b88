#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/idle_arm.h"
#include "doctor/idle_verdict.h"
#include "doctor/idle_watch.h"
#include "doctor/reach.h"
#include "doctor/reply_json.h"

namespace relaybench::doctor {

namespace {

using Role = ArmTimeline::Role;
using Protocol = IdleLadder::Protocol;
using std::chrono::milliseconds;

constexpr core::Duration kCounts = std::chrono::seconds(5);
/// What the distances below are meant for; in a shorter ladder they shrink with it.
constexpr core::Duration kFullLength = std::chrono::seconds(130);
constexpr core::Duration kSocketBeat = std::chrono::seconds(25);
constexpr core::Duration kSlowSocketBeat = std::chrono::seconds(50);
constexpr core::Duration kCommentBeat = std::chrono::seconds(15);
constexpr core::Duration kBusyBeat = std::chrono::seconds(1);
/// The relay's stream has at most a thousand events.
constexpr int kMostBeats = 990;

core::Duration scaled(core::Duration beat, core::Duration length) {
    const double share = std::min(1.0, static_cast<double>(length.count()) / static_cast<double>(kFullLength.count()));
    return std::max<core::Duration>(milliseconds(static_cast<std::int64_t>(share * static_cast<double>(beat / milliseconds(1)))),
                                    milliseconds(200));
}

/// Plans of arms that share their begin; the busy one comes later, so that a common age and a common moment are two things.
class Plans {
  public:
    Plans(core::Duration length, core::Duration tolerance) : begin_(now()), length_(length), later_(4 * tolerance) {}

    Plans& add(Role role, core::Duration beat = {}) {
        const auto number = plans_.size();
        plans_.push_back({.role = role,
                          .interval = beat.count() > 0 ? scaled(beat, length_) : beat,
                          .delay = role == Role::Busy ? later_ : core::Duration{0},
                          .begin = begin_,
                          .length = length_,
                          .stream_id = fmt::format("idle-{:x}-{}", begin_.time_since_epoch().count(), number)});
        return *this;
    }
    Plans& add_busy() { return add(Role::Busy, std::max(kBusyBeat, length_ / kMostBeats)); }
    [[nodiscard]] const std::vector<ArmPlan>& all() const { return plans_; }

  private:
    core::TimePoint begin_;
    core::Duration length_;
    core::Duration later_;
    std::vector<ArmPlan> plans_;
};

Outcome without_pages(std::string_view page) {
    return Outcome::inconclusive(
        "the relay has no doctor pages",
        fmt::format("a relay that serves {}, or a run with a pause as long as the longest one that is to live", page));
}

Outcome interrupted() { return Outcome::inconclusive("interrupted", "a run that is not"); }

/// What the relay says that it wrote on the arms that ended early.
void ask_for_counts(const Subject& subject, const Facts& facts, const std::vector<ArmPlan>& plans, std::vector<ArmTimeline>& arms) {
    for (std::size_t i = 0; i < arms.size(); ++i) {
        if (!arms[i].is_dead() || arms[i].role == Role::Bare) {
            continue;
        }
        HttpQuestion question;
        question.target = fmt::format("{}/doctor/stream/{}", facts.prefix, plans[i].stream_id);
        const auto counts = read_counts(ask_relay(subject, facts, question, Trust::Anyone, within(facts, kCounts)).body);
        if (counts && arms[i].role == Role::Busy) {
            arms[i].written = counts->events;
        } else if (counts && arms[i].role == Role::Heartbeat) {
            arms[i].written = counts->comments - std::min<std::uint64_t>(counts->comments, 1);  // the first one opens the stream
        }
    }
}

Outcome check_sockets(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return without_pages("/v1/doctor/ws");
    }
    IdleLadder ladder{.protocol = Protocol::WebSocket, .length = subject.idle_for, .arms = {}};
    Plans plans(subject.idle_for, ladder.tolerance());
    plans.add(Role::Quiet).add(Role::Heartbeat, kSocketBeat).add(Role::SlowHeartbeat, kSlowSocketBeat);
    plans.add(Role::RelayHeartbeat, kSocketBeat).add_busy().add(Role::Bare);
    const OpenArm open = [&](const ArmPlan& plan) {
        return plan.role == Role::Bare ? open_bare_arm(facts, plan) : open_socket_arm(subject, facts, plan);
    };
    auto arms = watch_arms(plans.all(), open, subject.interrupted);
    if (!arms) {
        return interrupted();
    }
    ladder.arms = *std::move(arms);
    return judge_ladder(ladder);
}

Outcome check_streams(const Subject& subject, Facts& facts) {
    if (!facts.has_doctor_pages) {
        return without_pages("/v1/doctor/stream");
    }
    IdleLadder ladder{.protocol = Protocol::Sse, .length = subject.idle_for, .arms = {}};
    Plans plans(subject.idle_for, ladder.tolerance());
    plans.add(Role::Quiet).add(Role::Heartbeat, kCommentBeat).add_busy().add(Role::Bare);
    const OpenArm open = [&](const ArmPlan& plan) {
        return plan.role == Role::Bare ? open_bare_arm(facts, plan) : open_stream_arm(subject, facts, plan);
    };
    auto arms = watch_arms(plans.all(), open, subject.interrupted);
    if (!arms) {
        return interrupted();
    }
    ask_for_counts(subject, facts, plans.all(), *arms);
    ladder.arms = *std::move(arms);
    return judge_ladder(ladder);
}

}  // namespace

std::vector<Check> idle_checks() {
    return {
        {.id = "idle.ws",
         .category = "idle",
         .question = "How long does a quiet WebSocket live? (--idle)",
         .needs = {"http.identity"},
         .kind = Check::Kind::Idle,
         .run = &check_sockets},
        {.id = "idle.sse",
         .category = "idle",
         .question = "How long does a quiet event stream live? (--idle)",
         .needs = {"http.identity"},
         .kind = Check::Kind::Idle,
         .run = &check_streams},
    };
}

}  // namespace relaybench::doctor
