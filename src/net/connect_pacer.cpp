#include "net/connect_pacer.h"

#include <algorithm>

namespace relaybench::net {

bool ConnectPacer::admits(bool tls) const { return in_flight_ < most_ && (!tls || tls_in_flight_ < tls_limit_); }

void ConnectPacer::begin(bool tls) {
    in_flight_ += 1;
    tls_in_flight_ += tls ? 1U : 0U;
    was_full_ = was_full_ || tls_in_flight_ >= tls_limit_;
}

void ConnectPacer::end(bool tls) {
    in_flight_ -= 1;
    tls_in_flight_ -= tls ? 1U : 0U;
}

/// Doubles at most once for each generation of hand-shakes while the limit holds somebody back; halves when a round had too many.
void ConnectPacer::end_round() {
    if (finished_in_round_ > kTlsPerRound) {
        tls_limit_ = std::max(kTlsPerRound, tls_limit_ / 2);
    } else if (was_full_) {
        tls_limit_ = std::min(most_, tls_limit_ + finished_in_round_);
    }
    finished_in_round_ = 0;
    was_full_ = tls_in_flight_ >= tls_limit_;
}

}  // namespace relaybench::net
