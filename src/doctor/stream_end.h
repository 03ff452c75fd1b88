#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/check.h"
#include "doctor/sse_probe.h"

namespace relaybench::doctor {

/// sse.finish: whether the stream came whole, in order and to its end, compressed too.
[[nodiscard]] Outcome check_stream_end(const Subject& subject, Facts& facts);

/// "event 5 did not come", "event 3 came twice", "event 7 came before event 6": what is wrong with the numbers of the events. Those that are
/// missing at the end are not told here. Nothing when they are in order or not known. Pure.
[[nodiscard]] std::optional<std::string> disorder_of(const std::vector<PacedArrival>& events);

/// Why a stream is not whole; nothing when it is. Pure.
[[nodiscard]] std::optional<Outcome> why_not_whole(const StreamSample& sample);

}  // namespace relaybench::doctor
