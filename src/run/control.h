#pragma once

#include <atomic>
#include <cstdint>

namespace relaybench::run {

enum class StopLevel : std::uint8_t {
    None,
    Drain,      ///< no new streams, a short drain (2 s), the result is partial
    Immediate,  ///< cancel everything now; what is known is still written
};

/// The only thing that threads of a run share besides their own live counters: a request to stop. Signal-safe.
class Control {
  public:
    void request(StopLevel level) {
        if (level > level_.load(std::memory_order_relaxed)) {
            level_.store(level, std::memory_order_relaxed);
        }
    }
    [[nodiscard]] StopLevel level() const { return level_.load(std::memory_order_relaxed); }

  private:
    std::atomic<StopLevel> level_{StopLevel::None};
    static_assert(std::atomic<StopLevel>::is_always_lock_free);
};

/// What a worker shows of itself while it runs; written by the worker a few times a second, read by the thread that watches.
struct LiveCounters {
    std::atomic<std::uint64_t> open{0};
    std::atomic<std::uint64_t> done{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> chunks{0};
    std::atomic<std::uint64_t> tokens{0};
    std::atomic<std::int64_t> ttft_p50_us{-1};  ///< so far, worst arm; -1: nothing observed, or never answered
    std::atomic<std::int64_t> ttft_p99_us{-1};
    std::atomic<bool> starting{true};   ///< still has streams to start
    std::atomic<bool> finished{false};  ///< nothing will change any more
};

}  // namespace relaybench::run
