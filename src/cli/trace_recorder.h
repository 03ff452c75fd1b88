#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "report/trace.h"
#include "stream/stream_observer.h"

namespace relaybench::cli {

/// Keeps what happens in the one stream of `run --trace`.
class TraceRecorder final : public stream::StreamTracer {
  public:
    explicit TraceRecorder(core::TimePoint start) : start_(start) {}

    void on_phase(std::string_view phase, core::TimePoint at, std::string_view detail) override;
    void on_event(const wire::StreamEvent& event, std::string_view payload, const stream::Arrival& arrival) override;
    /// In the order of time.
    [[nodiscard]] std::vector<report::TraceEvent> events() const;

  private:
    core::TimePoint start_;
    std::optional<core::TimePoint> last_token_;
    std::vector<report::TraceEvent> events_;
};

}  // namespace relaybench::cli
