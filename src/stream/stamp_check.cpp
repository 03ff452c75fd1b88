#include "stream/stamp_check.h"

namespace relaybench::stream {

ArrivalError arrival_error(const Arrival& arrival, core::TimePoint sent) { return {.at = arrival.at - sent, .seen = arrival.seen - sent}; }

void StampCheck::on_token(core::TimePoint sent, const Arrival& arrival) {
    if (current_ && current_->arrival.read_number == arrival.read_number) {
        current_->sent = sent;
        return;
    }
    on_end();
    before_ = current_;
    current_ = StampedRead{arrival, sent};
}

void StampCheck::on_end() {
    if (!before_) {
        return;
    }
    // The error of a difference is the difference of the errors.
    const auto from = arrival_error(before_->arrival, before_->sent);
    const auto to = arrival_error(current_->arrival, current_->sent);
    observer_.on_gap_error({.at = to.at - from.at, .seen = to.seen - from.seen});
    before_.reset();
}

}  // namespace relaybench::stream
