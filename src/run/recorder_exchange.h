#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <utility>
#include <vector>

#include "result/aggregate.h"
#include "run/worker_account.h"

namespace relaybench::run {

/// The recorders of one worker, in two halves when a journal is kept: while the worker records into one, the watching thread may take what
/// the other holds. Neither ever waits for the other.
///
///     worker   records into A │ hand_over(): A is full, on with B      │ hand_over(): A is not back yet, on with B
///     watcher                 │ received() = A … adds up, clears … give_back()
class RecorderExchange {
  public:
    struct Half {
        std::vector<result::ArmRecorder> arms;
        WorkerAccount account;  ///< at the hand-over
    };

    // Worker's side.

    /// Before the run: the recorders, none of which moves in memory afterwards.
    void fill(std::vector<result::ArmRecorder> arms, std::size_t halves) {
        for (std::size_t half = 1; half < halves; ++half) {
            halves_[half].arms = arms;
        }
        halves_[0].arms = std::move(arms);
    }
    [[nodiscard]] std::vector<result::ArmRecorder>& current() { return halves_[current_].arms; }
    [[nodiscard]] const std::vector<result::ArmRecorder>& current() const { return halves_[current_].arms; }
    /// Hands the current half over and goes on with the other; false when that one is not back yet.
    bool hand_over(const WorkerAccount& account) {
        if (full_.load(std::memory_order_acquire) != kNone) {
            return false;
        }
        halves_[current_].account = account;
        full_.store(static_cast<int>(current_), std::memory_order_release);
        current_ = 1 - current_;
        return true;
    }

    // Watcher's side.

    /// The half that was handed over, its own until give_back(); null when there is none.
    [[nodiscard]] Half* received() {
        const int full = full_.load(std::memory_order_acquire);
        return full == kNone ? nullptr : &halves_[static_cast<std::size_t>(full)];
    }
    /// Gives it back, cleared.
    void give_back() { full_.store(kNone, std::memory_order_release); }

  private:
    static constexpr int kNone = -1;

    std::array<Half, 2> halves_;
    std::size_t current_ = 0;  // the worker's
    std::atomic<int> full_{kNone};
};

}  // namespace relaybench::run
