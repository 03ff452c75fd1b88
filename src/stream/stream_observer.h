#pragma once

#include "core/clock.h"
#include "stream/transport.h"
#include "wire/stream_event.h"

namespace relaybench::stream {

/// Receives what happens inside streams, as it happens; one instance an arm and worker. Called on the hot path: no locks, no allocation.
class StreamObserver {
  public:
    StreamObserver() = default;
    StreamObserver(const StreamObserver&) = delete;
    StreamObserver& operator=(const StreamObserver&) = delete;
    virtual ~StreamObserver() = default;

    /// A token-bearing event; before the on_gap() of the same event.
    virtual void on_chunk(core::TimePoint at) = 0;
    /// Inter-chunk latency: between the token-bearing events of two different reads of one stream.
    virtual void on_gap(core::Duration gap) = 0;
    /// Ping → pong, of either level.
    virtual void on_heartbeat(core::Duration round_trip) = 0;
    /// The relay stamped this token event (embedded relay, calibration): our arrival minus its send, first token of the stream.
    virtual void on_first_token_error(core::Duration error) = 0;
    /// The same for a gap: our gap minus the relay's gap.
    virtual void on_gap_error(core::Duration error) = 0;
};

/// Sees every event of a stream, in order; for `--trace` and tests. Not used on measured runs.
class StreamTracer {
  public:
    StreamTracer() = default;
    StreamTracer(const StreamTracer&) = delete;
    StreamTracer& operator=(const StreamTracer&) = delete;
    virtual ~StreamTracer() = default;

    virtual void on_phase(std::string_view phase, core::TimePoint at, std::string_view detail) = 0;
    virtual void on_event(const wire::StreamEvent& event, std::string_view payload, const Arrival& arrival) = 0;
};

}  // namespace relaybench::stream
