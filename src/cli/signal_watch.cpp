#include "cli/signal_watch.h"

#include <pthread.h>

#include <ctime>

namespace relaybench::cli {

SignalWatch::SignalWatch(run::Control& control) : control_(control) {
    sigemptyset(&watched_);
    sigaddset(&watched_, SIGINT);
    sigaddset(&watched_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &watched_, &before_);
    thread_ = std::jthread([this](const std::stop_token& stop) { wait(stop); });
}

SignalWatch::~SignalWatch() {
    thread_.request_stop();
    thread_.join();
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<int> SignalWatch::caught() const {
    const int signal = caught_;
    return signal == 0 ? std::nullopt : std::optional(signal);
}

void SignalWatch::wait(const std::stop_token& stop) {
    constexpr timespec kLookAtStopEvery{.tv_sec = 0, .tv_nsec = 50'000'000};
    while (!stop.stop_requested()) {
        const int signal = sigtimedwait(&watched_, nullptr, &kLookAtStopEvery);
        if (signal <= 0) {
            continue;
        }
        int none = 0;
        const bool first = caught_.compare_exchange_strong(none, signal);
        control_.request(first ? run::StopLevel::Drain : run::StopLevel::Immediate);
    }
}

}  // namespace relaybench::cli
