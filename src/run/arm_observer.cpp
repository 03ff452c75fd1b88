#include "run/arm_observer.h"

#include <cstdlib>

namespace relaybench::run {

namespace {

stats::HdrHistogram nanosecond_histogram() {
    // 1 ns … 1 h; a fixed, valid configuration.
    return stats::HdrHistogram::make({.lowest = 1, .highest = 3'600'000'000'000, .significant_digits = 3}).value();
}

}  // namespace

StampErrors::StampErrors() : first_token_ns(nanosecond_histogram()), gap_ns(nanosecond_histogram()) {}

void StampErrors::merge(const StampErrors& other) {
    first_token_ns.merge(other.first_token_ns);
    gap_ns.merge(other.gap_ns);
}

void ArmObserver::on_first_token_error(core::Duration error) { stamp_errors_.first_token_ns.record(std::abs(error.count())); }

void ArmObserver::on_gap_error(core::Duration error) { stamp_errors_.gap_ns.record(std::abs(error.count())); }

}  // namespace relaybench::run
