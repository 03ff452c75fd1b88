#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <semaphore>
#include <vector>

#include "core/clock.h"
#include "result/aggregate.h"
#include "run/arm_observer.h"
#include "run/control.h"
#include "run/deadline_queue.h"
#include "run/recorder_exchange.h"
#include "run/run_plan.h"
#include "run/start_queue.h"
#include "run/worker_account.h"
#include "stream/stream.h"
#include "stream/transport.h"
#include "wire/payload_decoder.h"

namespace relaybench::run {

/// Rung for the thread that watches.
using Bell = std::counting_semaphore<>;

/// What one worker has to tell at its end; merged over workers.
struct WorkerResult {
    std::vector<result::ArmRecorder> arms;  ///< what it has not handed over before
    std::vector<StampErrors> stamp_errors;  ///< by arm
    WorkerAccount account;
    core::TimePoint last_event;  ///< when the last measured stream ended
    bool cut_short = false;      ///< running streams were cancelled, or starts were given up, because somebody asked to stop
};

/// A recorder for one arm of a plan that begins then; all of them can be merged.
[[nodiscard]] result::ArmRecorder empty_recorder(const RunPlan& plan, const ArmPlan& arm, core::TimePoint begin);

/// Plays its share of a plan on one transport, on one thread: starts streams when they are due, hands them what happens, ends them.
/// Borrows everything; plan, clock, transport, control and live counters must outlive it.
class Worker final : private stream::TransportSink {
  public:
    struct Ports {
        const core::Clock& clock;
        stream::Transport& transport;
        const Control& control;
        LiveCounters& live;
        stream::StreamTracer* tracer = nullptr;
        Bell* journal_bell = nullptr;  ///< rung when a second was handed over; null: no journal, nothing is handed over before the end
    };

    Worker(const RunPlan& plan, WorkerShare share, const Ports& ports, core::TimePoint begin);
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;
    ~Worker() override;

    /// Until every stream of the share has ended.
    void run();
    /// After run(), once.
    [[nodiscard]] WorkerResult take_result();
    /// For the thread that watches, while run() goes on.
    [[nodiscard]] RecorderExchange& exchange() { return exchange_; }

  private:
    struct Slot;

    void on_soon(stream::StreamId id) override;
    void on_connected(stream::StreamId id, stream::ConnectionOrigin origin, core::TimePoint at) override;
    void on_secured(stream::StreamId id, core::TimePoint at) override;
    void on_written(stream::StreamId id, core::TimePoint at) override;
    void on_head(stream::StreamId id, const stream::ResponseHead& head, const stream::Arrival& arrival) override;
    void on_body(stream::StreamId id, std::string_view bytes, const stream::Arrival& arrival) override;
    void on_message(stream::StreamId id, wire::MessageKind kind, std::string_view payload, const stream::Arrival& arrival) override;
    void on_pong(stream::StreamId id, std::string_view payload, const stream::Arrival& arrival) override;
    void on_ended(stream::StreamId id, const stream::End& end) override;

    [[nodiscard]] bool done() const;
    [[nodiscard]] core::TimePoint next_wake(core::TimePoint now) const;
    void start_due(core::TimePoint now);
    void start(const Start& start, core::TimePoint now);
    void fire_deadlines(core::TimePoint now);
    void obey_control(core::TimePoint now);
    void cancel_all(core::TimePoint now);
    void publish();
    void publish_ttft();
    /// Once a second, when a journal is kept.
    void hand_over(core::TimePoint now);
    [[nodiscard]] WorkerAccount account() const;
    [[nodiscard]] Slot* find(stream::StreamId id);
    void audit_read(const Slot& slot, const stream::Arrival& arrival);
    /// After anything that a stream was told: queues its deadline, or lets go of it when it has finished.
    void settle(stream::StreamId id, Slot& slot);
    void retire(stream::StreamId id, Slot& slot);
    [[nodiscard]] std::uint32_t take_slot();

    const RunPlan& plan_;
    Ports ports_;
    std::unique_ptr<StartQueue> starts_;
    wire::PayloadDecoder decoder_;
    RecorderExchange exchange_;
    std::vector<std::unique_ptr<ArmObserver>> observers_;   ///< by arm: measured streams
    std::vector<std::unique_ptr<SilentObserver>> warmups_;  ///< by arm: streams of the warm-up
    std::uint64_t last_read_ = 0;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<std::uint32_t> free_slots_;
    DeadlineQueue deadlines_;
    StopLevel obeyed_ = StopLevel::None;
    bool starting_ = true;
    bool cut_short_ = false;
    core::TimePoint begin_;
    core::TimePoint drain_until_;
    core::TimePoint next_publish_;
    core::TimePoint next_hand_over_;
    core::TimePoint last_event_;
    std::uint64_t open_ = 0;
    std::uint64_t peak_open_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t failed_ = 0;
    std::uint64_t tokens_ = 0;  ///< of ended streams
    core::TimePoint run_began_{};
    core::Duration cpu_at_start_{0};
    WorkerAccount last_account_;  ///< at the end
};

}  // namespace relaybench::run
