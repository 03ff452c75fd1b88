#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "result/comparison.h"
#include "run/run_plan.h"
#include "stream/outcome.h"

namespace relaybench::run {

/// One start that the schedule asks for.
struct Start {
    std::uint64_t arrival = 0;  ///< unique over all arms and workers
    std::uint64_t ordinal = 0;  ///< number within the arm; picks the prompt
    std::uint32_t arm = 0;
    std::uint32_t slot = 0;  ///< closed loop: which of the worker's slots; returned through on_stream_ended
    bool warmup = false;
    bool opens_slot = false;  ///< closed loop: the first of its slot, for which nobody has waited: it has no schedule lag
    core::TimePoint intended;
};

/// Which share of a plan a worker plays. Things that are numbered over the whole plan are dealt to the shards in turn, and those of a shard
/// to its workers in turn, so that shards need not have equally many workers.
struct WorkerShare {
    std::uint32_t index = 0;  ///< among the workers of this process
    std::uint32_t count = 1;
    PlanShare shard = {};

    /// Whether thing `number` of the whole plan falls to this worker.
    [[nodiscard]] bool owns(std::uint64_t number) const {
        return number % shard.count == shard.index && number / shard.count % count == index;
    }
    /// The number in the whole plan of thing `own` of this worker: the inverse of owns().
    [[nodiscard]] std::uint64_t number_of(std::uint64_t own) const { return (own * count + index) * shard.count + shard.index; }
};

/// The starts of one worker in order of their intended time. Open loops know them all beforehand; closed loops learn them from ends.
/// The same plan gives the same starts whatever the number of shards and workers (arrival numbers, arms, warm-up, prompts).
class StartQueue {
  public:
    StartQueue() = default;
    StartQueue(const StartQueue&) = delete;
    StartQueue& operator=(const StartQueue&) = delete;
    virtual ~StartQueue() = default;

    /// When the next start is due; nullopt when none is known (all slots busy, or exhausted).
    [[nodiscard]] virtual std::optional<core::TimePoint> next_due() const = 0;
    /// Takes the next start. Requires next_due().
    virtual Start pop() = 0;
    /// A stream that came from `start` has ended and its slot is free since `now`.
    virtual void on_stream_ended(const Start& start, stream::Outcome outcome, core::TimePoint now) = 0;
    /// No start will ever come again.
    [[nodiscard]] virtual bool exhausted() const = 0;
};

/// How the streams of the arms are started relative to each other.
[[nodiscard]] result::Pairing pairing_of(const RunPlan& plan);

/// `begin` is when the run (its warm-up) begins.
[[nodiscard]] std::unique_ptr<StartQueue> make_start_queue(const RunPlan& plan, WorkerShare share, core::TimePoint begin);

}  // namespace relaybench::run
