#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/trace.h"
#include "stream/stream_observer.h"

namespace relaybench::cli {

/// Keeps what happens in the one stream of `run --trace`, by the time since the first thing: that it was started.
class TraceRecorder final : public stream::StreamTracer {
  public:
    void on_phase(std::string_view phase, core::TimePoint at, std::string_view detail) override;
    void on_event(const wire::StreamEvent& event, std::string_view payload, const stream::Arrival& arrival) override;
    /// In the order of time.
    [[nodiscard]] std::vector<report::TraceEvent> events() const;

  private:
    [[nodiscard]] core::Duration offset_of(core::TimePoint at);

    std::optional<core::TimePoint> start_;
    std::optional<core::TimePoint> last_token_;
    std::vector<report::TraceEvent> events_;
};

}  // namespace relaybench::cli
