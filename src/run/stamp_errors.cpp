#include "run/stamp_errors.h"

#include <cstdint>
#include <cstdlib>

namespace relaybench::run {

namespace {

stats::HdrHistogram nanosecond_histogram() {
    // 1 ns … 1 h; a fixed, valid configuration.
    return stats::HdrHistogram::make({.lowest = 1, .highest = 3'600'000'000'000, .significant_digits = 3}).value();
}

void record_absolute(stats::HdrHistogram& histogram, core::Duration error) { histogram.record(std::abs(error.count())); }

result::StampError::Summary summary_of(const stats::HdrHistogram& errors_ns) {
    result::StampError::Summary summary;
    summary.count = errors_ns.count();
    summary.mean = core::Duration(static_cast<std::int64_t>(errors_ns.mean()));
    summary.p50 = core::Duration(errors_ns.value_at_quantile(0.50));
    summary.p99 = core::Duration(errors_ns.value_at_quantile(0.99));
    summary.max = core::Duration(errors_ns.max());
    return summary;
}

}  // namespace

StampErrors::StampErrors()
    : ttft_(nanosecond_histogram()), gap_(nanosecond_histogram()), user_ttft_(nanosecond_histogram()), user_gap_(nanosecond_histogram()) {}

void StampErrors::record_first_token(const stream::ArrivalError& error) {
    record_absolute(ttft_, error.at);
    record_absolute(user_ttft_, error.seen);
}

void StampErrors::record_gap(const stream::ArrivalError& error) {
    record_absolute(gap_, error.at);
    record_absolute(user_gap_, error.seen);
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
    return result::StampError{
        .ttft = summary_of(ttft_), .gap = summary_of(gap_), .user_ttft = summary_of(user_ttft_), .user_gap = summary_of(user_gap_)};
}

}  // namespace relaybench::run
