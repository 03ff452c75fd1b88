#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/style.h"

namespace relaybench::report {

/// One thing that happened in a stream.
struct TraceEvent {
    core::Duration offset{0};           ///< since the stream's start
    std::optional<core::Duration> gap;  ///< since the previous token-bearing event; absent for others
    std::string kind;                   ///< "connected", "head", "token", "done", …
    std::string detail;                 ///< untrusted: shown printable and cut to one line
};

/// A stream as a timeline for a person: time since start, gap with a bar that makes long ones stand out, kind, detail.
[[nodiscard]] std::string trace_text(const std::vector<TraceEvent>& events, const Layout& layout);

}  // namespace relaybench::report
