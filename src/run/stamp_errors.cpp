#include "run/stamp_errors.h"

#include <cstdint>
#include <cstdlib>

#include "result/stamp_error.h"

namespace relaybench::run {

namespace {

void record_absolute(stats::HdrHistogram& histogram, core::Duration error) { histogram.record(std::abs(error.count())); }

}  // namespace

StampErrors::StampErrors(StampDetail detail)
    : detail_(detail),
      ttft_(result::stamp_error_histogram()),
      gap_(result::stamp_error_histogram()),
      user_ttft_(result::stamp_error_histogram()),
      user_gap_(result::stamp_error_histogram()) {}

void StampErrors::record_first_token(const stream::ArrivalError& error) {
    record_absolute(ttft_, error.at);
    if (detail_ == StampDetail::UsedAndUser) {
        record_absolute(user_ttft_, error.seen);
    }
}

void StampErrors::record_gap(const stream::ArrivalError& error) {
    record_absolute(gap_, error.at);
    if (detail_ == StampDetail::UsedAndUser) {
        record_absolute(user_gap_, error.seen);
    }
}

void StampErrors::merge(const StampErrors& other) {
    ttft_.merge(other.ttft_);
    gap_.merge(other.gap_);
    user_ttft_.merge(other.user_ttft_);
    user_gap_.merge(other.user_gap_);
}

std::optional<result::StampError> StampErrors::summary() const {
    if (ttft_.count() == 0 && gap_.count() == 0) {
        return std::nullopt;
    }
    return result::StampError{.ttft = result::summary_of(ttft_),
                              .gap = result::summary_of(gap_),
                              .user_ttft = result::summary_of(user_ttft_),
                              .user_gap = result::summary_of(user_gap_)};
}

}  // namespace relaybench::run
