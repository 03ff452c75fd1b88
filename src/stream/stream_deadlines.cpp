// Deadlines and heartbeats of a stream; its events are in stream.cpp.

#include <algorithm>

#include <fmt/format.h>

#include "core/units.h"
#include "stream/stream.h"

namespace relaybench::stream {

void Stream::fire_heartbeat(core::TimePoint now) {
    next_ping_ = now + context_.settings.heartbeat_interval;
    if (ping_sent_) {
        return;  // The last one is still unanswered: its age decides, not a second ping.
    }
    ping_sent_ = now;
    pinged_ = true;
    if (context_.settings.heartbeat == HeartbeatLevel::Json) {
        context_.transport.send(id_, wire::heartbeat_message());
    } else {
        context_.transport.send_ping(id_, "relaybench");
    }
}

core::TimePoint Stream::phase_deadline() const {
    const auto& settings = context_.settings;
    switch (state_) {
        case State::Connecting:
            return record_.started + settings.connect_timeout;
        case State::Awaiting:
            return is_websocket() ? record_.started + settings.connect_timeout : progress_ + settings.first_token_timeout;
        case State::Answer:
            return progress_ + settings.first_token_timeout;
        case State::Streaming:
            return progress_ + (record_.first_token ? settings.idle_timeout : settings.first_token_timeout);
        case State::Refusal:
            return progress_ + settings.end_grace;
        case State::Ending:
            return finish_at_ + (is_websocket() ? settings.websocket_grace : settings.end_grace);
        case State::Finished:
            break;
    }
    return core::TimePoint::max();
}

core::TimePoint Stream::next_deadline() const {
    auto deadline = phase_deadline();
    if (state_ == State::Streaming) {
        deadline = std::min(deadline, next_ping_);
        if (ping_sent_) {
            deadline = std::min(deadline, *ping_sent_ + context_.settings.heartbeat_dead_after);
        }
    }
    return deadline;
}

void Stream::on_deadline(core::TimePoint now) {
    if (finished()) {
        return;
    }
    if (state_ == State::Streaming && ping_sent_ && now >= *ping_sent_ + context_.settings.heartbeat_dead_after) {
        finish(Outcome::Dropped, fmt::format("no answer to a ping for {}", core::human_duration(now - *ping_sent_)), now);
        return;
    }
    if (state_ == State::Streaming && now >= next_ping_) {
        fire_heartbeat(now);
    }
    if (now < phase_deadline()) {
        return;
    }
    const auto waited = core::human_duration(now - progress_);
    switch (state_) {
        case State::Connecting:
            finish(Outcome::TimeoutConnect, "no connection in time", now);
            return;
        case State::Awaiting:
            if (is_websocket()) {
                finish(Outcome::TimeoutConnect, "no answer to the upgrade in time", now);
            } else {
                finish(Outcome::TimeoutFirstToken, fmt::format("no answer for {}", waited), now);
            }
            return;
        case State::Answer:
            finish(Outcome::TimeoutFirstToken, fmt::format("no whole answer for {}", waited), now);
            return;
        case State::Streaming:
            finish(record_.first_token ? Outcome::TimeoutIdle : Outcome::TimeoutFirstToken, fmt::format("silent for {}", waited), now);
            return;
        case State::Refusal:
            finish_refusal(now);
            return;
        case State::Ending:
            if (is_websocket()) {
                finish(Outcome::Complete, {}, finish_at_);
            } else {
                finish(Outcome::Truncated, "the body did not end after the finish signal", now);
            }
            return;
        case State::Finished:
            return;
    }
}

void Stream::cancel(core::TimePoint now) {
    if (!finished()) {
        finish(Outcome::Cancelled, "the run ended", now);
    }
}

}  // namespace relaybench::stream
