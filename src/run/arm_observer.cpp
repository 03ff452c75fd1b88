#include "run/arm_observer.h"

#include <cstdlib>

#include "result/stamp_error.h"

namespace relaybench::run {

StampErrors::StampErrors() : first_token_ns(result::stamp_error_histogram()), gap_ns(result::stamp_error_histogram()) {}

void StampErrors::merge(const StampErrors& other) {
    first_token_ns.merge(other.first_token_ns);
    gap_ns.merge(other.gap_ns);
}

void ArmObserver::on_first_token_error(core::Duration error) { stamp_errors_.first_token_ns.record(std::abs(error.count())); }

void ArmObserver::on_gap_error(core::Duration error) { stamp_errors_.gap_ns.record(std::abs(error.count())); }

}  // namespace relaybench::run
