#include "relay/truth.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace relaybench::relay {

void TimeSample::add(core::Duration time) {
    using std::chrono::duration_cast;
    constexpr std::int64_t kMostUs = std::numeric_limits<std::int32_t>::max();
    const std::int64_t us = std::clamp<std::int64_t>(duration_cast<std::chrono::microseconds>(time).count(), 0, kMostUs);
    ++count_;
    sorted_ = false;
    if (values_us_.size() < bound_) {
        values_us_.push_back(static_cast<std::int32_t>(us));
    } else if (const std::uint64_t at = random_.below(count_); at < bound_) {
        values_us_[at] = static_cast<std::int32_t>(us);
    }
}

std::int32_t TimeSample::quantile_us(double quantile) const {
    if (values_us_.empty()) {
        return 0;
    }
    if (!sorted_) {
        std::sort(values_us_.begin(), values_us_.end());
        sorted_ = true;
    }
    const double rank = std::ceil(quantile * static_cast<double>(values_us_.size()));
    return values_us_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

}  // namespace relaybench::relay
