#include "relay/rate_window.h"

namespace relaybench::relay {

RateWindow::Verdict RateWindow::admit(std::string_view key, core::TimePoint now) {
    if (limit_ == 0) {
        return {};
    }
    const bool known = passed_.find(key) != passed_.end();
    std::deque<core::TimePoint>& times = passed_[known || passed_.size() < kMaxKeys ? std::string(key) : std::string()];
    while (!times.empty() && times.front() + window_ <= now) {
        times.pop_front();
    }
    if (times.size() >= limit_) {
        return {false, 0, times.front() + window_ - now};
    }
    times.push_back(now);
    return {true, limit_ - static_cast<std::uint32_t>(times.size()), core::Duration{0}};
}

}  // namespace relaybench::relay
