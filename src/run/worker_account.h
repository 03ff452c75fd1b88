#pragma once

#include <cstdint>

#include "result/run_result.h"
#include "stream/transport.h"

namespace relaybench::run {

/// How a worker itself has fared since the run began.
struct WorkerAccount {
    result::WorkerAudit audit;
    stream::TransportCounters transport;
    std::uint64_t peak_open_streams = 0;
};

}  // namespace relaybench::run
