#pragma once

#include <optional>

#include "core/clock.h"
#include "scenario/scenario.h"

namespace relaybench::load {

/// When one connection sends its next ping, and when its peer counts as dead. No clock and no timer: the owner passes in what time it is.
///
///     connected ──interval──► ping ──answer──► … ping ──interval──► ping      (a ping is sent whether or not the last was answered)
///               └─────────── dead_after without any answer ───────────► dead
class HeartbeatPolicy {
  public:
    HeartbeatPolicy(const scenario::Heartbeat& settings, core::TimePoint connected)
        : settings_(settings), last_ping_(connected), last_answer_(connected) {}

    void on_ping_sent(core::TimePoint now);
    /// Any pong, of either level. Returns the round trip of the ping that it answers; nullopt when none is unanswered.
    [[nodiscard]] std::optional<core::Duration> on_pong(core::TimePoint now);

    /// Both nullopt when heartbeats are off.
    [[nodiscard]] std::optional<core::TimePoint> next_ping() const;
    [[nodiscard]] std::optional<core::TimePoint> dead_at() const;
    [[nodiscard]] bool is_dead(core::TimePoint now) const;

  private:
    scenario::Heartbeat settings_;
    core::TimePoint last_ping_;
    core::TimePoint last_answer_;
    std::optional<core::TimePoint> unanswered_;  ///< the oldest ping that nothing has answered
};

}  // namespace relaybench::load
