#pragma once

#include <optional>

#include "core/clock.h"
#include "stream/stream_observer.h"
#include "stream/transport.h"

namespace relaybench::stream {

/// Compares a stream's arrivals with the send stamps that the relay put into its token events (embedded relay, calibration).
///
/// The kernel stamps a read with the time of its last segment. So when several events came in one read, its stamp belongs to the last of
/// them, and a gap from read to read stands beside the time between the relay's sends of the *last* events of both:
///
///   sent by the relay    a         b   c         d
///   read by us            |             |         |      gaps: a → bc beside a → c, bc → d beside c → d
///
/// Which event is a read's last is known only when the next read brings a token, or when the stream ends.
class StampCheck {
  public:
    /// `observer` must outlive the check.
    explicit StampCheck(StreamObserver& observer) : observer_(observer) {}

    /// A token event with the relay's send stamp, in order.
    void on_token(core::TimePoint sent, const Arrival& arrival);
    /// No more will come: the error of the last gap is known now.
    void on_end();

  private:
    /// A read with stamped tokens, and the send stamp of its last one so far.
    struct StampedRead {
        Arrival arrival;
        core::TimePoint sent;
    };

    StreamObserver& observer_;
    std::optional<StampedRead> before_;  ///< complete; the gap to it is not
    std::optional<StampedRead> current_;
};

/// By how much an arrival was stamped after it was sent.
[[nodiscard]] ArrivalError arrival_error(const Arrival& arrival, core::TimePoint sent);

}  // namespace relaybench::stream
