#include "load/heartbeat_policy.h"

#include <utility>

namespace relaybench::load {

void HeartbeatPolicy::on_ping_sent(core::TimePoint now) {
    last_ping_ = now;
    unanswered_ = unanswered_.value_or(now);
}

std::optional<core::Duration> HeartbeatPolicy::on_pong(core::TimePoint now) {
    last_answer_ = now;
    const auto asked = std::exchange(unanswered_, std::nullopt);
    return asked ? std::optional<core::Duration>(now - *asked) : std::nullopt;
}

std::optional<core::TimePoint> HeartbeatPolicy::next_ping() const {
    return settings_.enabled ? std::optional<core::TimePoint>(last_ping_ + settings_.interval) : std::nullopt;
}

std::optional<core::TimePoint> HeartbeatPolicy::dead_at() const {
    return settings_.enabled ? std::optional<core::TimePoint>(last_answer_ + settings_.dead_after) : std::nullopt;
}

bool HeartbeatPolicy::is_dead(core::TimePoint now) const {
    const auto limit = dead_at();
    return limit && now >= *limit;
}

}  // namespace relaybench::load
