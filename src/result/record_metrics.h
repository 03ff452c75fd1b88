#pragma once

#include <optional>

#include "core/clock.h"
#include "stream/stream_record.h"

/// What a stream record says about the metrics that have one value a stream: the rules of docs/metrics.md, in one place.
namespace relaybench::result {

/// From where the request's answer is measured. A stream that got tokens before we could stamp its request (a relay that talks first) is
/// measured from its start: too long rather than too short.
[[nodiscard]] inline core::TimePoint request_point(const stream::StreamRecord& record) { return record.written.value_or(record.started); }

[[nodiscard]] inline std::uint64_t token_count(const stream::StreamRecord& record) { return record.usage_tokens.value_or(record.chunks); }

/// When the stream was complete; nothing for one that ended in any other way.
[[nodiscard]] inline std::optional<core::TimePoint> completion_point(const stream::StreamRecord& record) {
    return record.outcome == stream::Outcome::Complete ? std::optional(record.ended) : std::nullopt;
}

/// Cut streams have none: their usage never came, and an estimate by chunks would be mixed with counts by the server.
[[nodiscard]] inline std::optional<core::Duration> time_per_token(const stream::StreamRecord& record) {
    const std::uint64_t tokens = token_count(record);
    if (record.outcome != stream::Outcome::Complete || tokens < 2 || !record.first_token || !record.last_token)
        return std::nullopt;
    return (*record.last_token - *record.first_token) / static_cast<std::int64_t>(tokens - 1);
}

}  // namespace relaybench::result
