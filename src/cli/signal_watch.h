#pragma once

#include <atomic>
#include <csignal>
#include <optional>
#include <thread>

#include "run/control.h"

namespace relaybench::cli {

/// While it lives, SIGINT and SIGTERM are requests to the run: the first drains, the second stops at once. The signals are blocked in the
/// constructing thread, so it must be built before any other thread is started, and a thread of its own waits for them: no handler, no
/// global state.
class SignalWatch {
  public:
    /// `control` must outlive the watch.
    explicit SignalWatch(run::Control& control);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    /// The first signal that came, if any.
    [[nodiscard]] std::optional<int> caught() const;

  private:
    void wait(const std::stop_token& stop);

    run::Control& control_;
    sigset_t watched_{};
    sigset_t before_{};
    std::atomic<int> caught_{0};
    std::jthread thread_;
};

}  // namespace relaybench::cli
