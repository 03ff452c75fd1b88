#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "stream/classify.h"
#include "stream/stamp_check.h"
#include "stream/stream_observer.h"
#include "stream/stream_record.h"
#include "stream/stream_settings.h"
#include "stream/transport.h"
#include "wire/payload_decoder.h"
#include "wire/sse_parser.h"

namespace relaybench::stream {

/// What a stream borrows from its worker and arm; all must outlive it.
struct StreamContext {
    const StreamSettings& settings;
    wire::PayloadDecoder& decoder;
    Transport& transport;
    StreamObserver& observer;
    StreamTracer* tracer = nullptr;  ///< null on measured runs
};

/// Where a stream stands in the plan of its run.
struct StreamStart {
    std::uint64_t arrival = 0;
    std::uint32_t arm = 0;
    bool warmup = false;
    core::TimePoint intended;
    core::TimePoint actual;
    bool opens_slot = false;
};

/// One stream's life as a state machine with no socket and no clock:
///
///   Connecting ──connected/secured──► Awaiting ──head ok──► Streaming ──finish signal──► Ending ──clean end──► Finished
///        │                               │ head refused            │                        │
///        │                               └──────► Refusal ─────────┤ (body read, bounded)   │
///        └────────── any end, time-out, error event, cancel ───────┴────────────────────────┴──────────────► Finished
///
/// It is fed transport events and deadlines, and ends with exactly one Outcome. Once finished() it ignores everything.
class Stream final : private wire::SseSink {
  public:
    Stream(const StreamContext& context, StreamId id, const StreamStart& start);

    void on_connected(ConnectionOrigin origin, core::TimePoint at);
    void on_secured(core::TimePoint at);
    void on_written(core::TimePoint at);
    void on_head(const ResponseHead& head, const Arrival& arrival);
    void on_body(std::string_view bytes, const Arrival& arrival);
    void on_message(wire::MessageKind kind, std::string_view payload, const Arrival& arrival);
    void on_pong(const Arrival& arrival);
    void on_ended(const End& end);
    /// To be called at or after next_deadline(); early calls do no harm.
    void on_deadline(core::TimePoint now);
    /// The run ends this stream.
    void cancel(core::TimePoint now);

    /// When on_deadline() must be called at the latest. Meaningless once finished.
    [[nodiscard]] core::TimePoint next_deadline() const;
    [[nodiscard]] bool finished() const { return state_ == State::Finished; }
    /// True when the transport has reported the end, so that it need not be closed.
    [[nodiscard]] bool transport_ended() const { return transport_ended_; }
    [[nodiscard]] const StreamRecord& record() const { return record_; }

  private:
    enum class State : std::uint8_t { Connecting, Awaiting, Streaming, Answer, Refusal, Ending, Finished };

    bool on_event(const wire::SseEvent& event) override;
    void on_comment() override {}

    [[nodiscard]] bool is_websocket() const { return carrier_ == wire::Carrier::WebSocket; }
    void handle(const wire::StreamEvent& event, std::string_view payload);
    void handle_token(const wire::StreamEvent& event);
    void handle_first_token(const wire::StreamEvent& event);
    void handle_stamp(const wire::StreamEvent& event);
    void handle_pong();
    void handle_finish();
    void collect(std::string_view bytes);
    void finish_refusal(core::TimePoint at);
    void finish_answer(core::TimePoint at);
    void finish(Outcome outcome, std::string detail, core::TimePoint at);
    void fire_heartbeat(core::TimePoint now);
    [[nodiscard]] core::TimePoint phase_deadline() const;
    [[nodiscard]] Reached reached() const;
    void trace(std::string_view phase, core::TimePoint at, std::string_view detail = {});

    StreamContext context_;
    StreamId id_;
    wire::Carrier carrier_;
    State state_ = State::Connecting;
    bool transport_ended_ = false;
    bool done_marker_seen_ = false;
    bool pinged_ = false;                       ///< a heartbeat has been sent
    core::TimePoint progress_;                  ///< last payload event, or the start of the phase that waits for one
    core::TimePoint finish_at_;                 ///< the finish signal's arrival
    std::optional<core::TimePoint> ping_sent_;  ///< a ping that waits for its pong
    core::TimePoint next_ping_ = core::TimePoint::max();
    Arrival arrival_;  ///< of the read being handled
    std::uint64_t last_token_read_ = 0;
    std::unique_ptr<StampCheck> stamp_check_;  ///< only once the relay has stamped a token
    wire::SseParser parser_;
    StreamRecord record_;
    ResponseHead refusal_;  ///< head of a refusal, kept for its classification
    std::string body_;      ///< of a refusal or a whole answer; empty on streams
};

}  // namespace relaybench::stream
