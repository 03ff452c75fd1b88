#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "net/listener.h"

namespace relaybench::relay {

enum class TimerKind : std::uint8_t {
    Stream,       ///< the next action of a script is due
    AcceptDelay,  ///< slow-accept: reading may begin
    IdleCut,      ///< look whether the connection was quiet for too long
    Comment,      ///< a keep-alive comment is due
    CloseWait,    ///< the peer had its time to answer a close frame
    Inbox,        ///< requests that came while a stream was running are to be read
    Doctor,       ///< the next part of a doctor's stream is due
};

struct Timer {
    core::TimePoint due;
    net::ConnectionId connection;
    TimerKind kind = TimerKind::Stream;
};

/// Due times in order. Timers are never taken back: whoever fires one checks that it still means something, which is cheaper than a
/// heap that knows its members.
class TimerHeap {
  public:
    void add(const Timer& timer) {
        timers_.push_back(timer);
        std::push_heap(timers_.begin(), timers_.end(), later);
    }
    [[nodiscard]] std::size_t size() const { return timers_.size(); }
    /// TimePoint::max() when empty.
    [[nodiscard]] core::TimePoint next_due() const { return timers_.empty() ? core::TimePoint::max() : timers_.front().due; }
    /// The earliest timer that is due at `now`, taken out.
    [[nodiscard]] std::optional<Timer> pop_due(core::TimePoint now) {
        if (next_due() > now) {
            return std::nullopt;
        }
        std::pop_heap(timers_.begin(), timers_.end(), later);
        const Timer timer = timers_.back();
        timers_.pop_back();
        return timer;
    }

  private:
    static bool later(const Timer& a, const Timer& b) { return a.due > b.due; }
    std::vector<Timer> timers_;
};

}  // namespace relaybench::relay
