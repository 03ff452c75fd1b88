#pragma once

#include "core/clock.h"
#include "stream/transport.h"
#include "wire/stream_event.h"

namespace relaybench::stream {

/// Our stamps of an arrival, or of the distance between two, minus what the relay's own send stamps say.
struct ArrivalError {
    core::Duration at{0};    ///< of Arrival::at: the kernel's stamp where there is one
    core::Duration seen{0};  ///< of Arrival::seen: what a tool without kernel stamps would have recorded
};

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
    virtual void on_first_token_error(const ArrivalError& error) = 0;
    /// The same for a gap: our gap minus the relay's. Comes late: when the read after it does, or the stream ends (StampCheck).
    virtual void on_gap_error(const ArrivalError& error) = 0;
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
