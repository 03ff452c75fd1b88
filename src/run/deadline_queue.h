#pragma once

#include <optional>
#include <queue>
#include <vector>

#include "core/clock.h"
#include "stream/transport.h"

namespace relaybench::run {

/// When to look at which stream next. A stream's deadline moves with every chunk, so entries are only lower bounds: whoever pops one asks
/// the stream again. Entries of streams that are gone are recognised by their generation.
class DeadlineQueue {
  public:
    struct Entry {
        core::TimePoint at;
        stream::StreamId id;
    };

    void push(core::TimePoint at, stream::StreamId id) { entries_.push({at, id}); }
    [[nodiscard]] std::optional<core::TimePoint> next() const { return entries_.empty() ? std::nullopt : std::optional(entries_.top().at); }
    /// The earliest entry if it is due at `now`.
    [[nodiscard]] std::optional<Entry> pop_due(core::TimePoint now) {
        if (entries_.empty() || entries_.top().at > now) {
            return std::nullopt;
        }
        const Entry entry = entries_.top();
        entries_.pop();
        return entry;
    }

  private:
    struct Later {
        bool operator()(const Entry& a, const Entry& b) const { return a.at > b.at; }
    };
    std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
};

}  // namespace relaybench::run
