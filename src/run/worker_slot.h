#pragma once

#include <cstdint>
#include <optional>

#include "run/worker.h"

namespace relaybench::run {

/// A place for a stream; used again and again. Only for worker*.cpp.
struct Worker::Slot {
    std::uint32_t generation = 0;
    core::TimePoint queued_deadline = core::TimePoint::max();  ///< earliest entry of this stream in the queue
    Start start;
    std::optional<stream::Stream> stream;
};

}  // namespace relaybench::run
