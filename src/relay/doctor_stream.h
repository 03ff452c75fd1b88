#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "relay/doctor_query.h"
#include "relay/stream_encoder.h"
#include "wire/gzip_stream.h"

namespace relaybench::relay {

/// What a doctor's stream has written.
struct DoctorCounts {
    std::uint32_t events = 0;
    std::uint64_t comments = 0;  ///< the opening one included; WebSocket: pings
    bool ended = false;          ///< its end was written too
};

struct DoctorPlan {
    DoctorSchedule schedule;
    std::chrono::milliseconds beat{0};  ///< SSE: from comment to comment; WebSocket: from ping to ping; 0: none
    std::uint32_t pad_bytes = 0;
    Framing framing = Framing::HttpChunked;                      ///< HttpChunked, HttpPlain or WsText
    std::optional<wire::GzipWriter::Flush> gzip = std::nullopt;  ///< SSE: compressed
};

/// The numbered events that doctor times, as bytes. Their times are counted from the begin, so that lateness never adds up.
///
///   SSE        `: ok`, then events and comments, then `[DONE]` and the end, right after the last event
///   WebSocket  events and pings; pings go on when the events are over, and there is no end
class DoctorStream {
  public:
    DoctorStream(const DoctorPlan& plan, core::TimePoint begin);

    /// Appends what is due; `now` becomes the events' `t_us`. At most some 64 KiB at once: then next_due() is not after `now`.
    void write_due(core::TimePoint now, std::string& into);
    /// TimePoint::max() when nothing will come any more.
    [[nodiscard]] core::TimePoint next_due() const;
    [[nodiscard]] const DoctorCounts& counts() const { return counts_; }

  private:
    [[nodiscard]] bool is_websocket() const { return plan_.framing == Framing::WsText; }
    [[nodiscard]] core::TimePoint event_due() const;
    void write_event(core::TimePoint now, std::string& into);
    void write_beat(core::TimePoint now, std::string& into);
    void write_comment(std::string_view text, std::string& into);
    void end_if_over(std::string& into);
    void write_framed(std::string_view text, std::string& into);
    void write_chunk(std::string_view bytes, std::string& into) const;

    DoctorPlan plan_;
    std::optional<wire::GzipWriter> gzip_;
    core::TimePoint begin_;
    core::TimePoint beat_due_;
    DoctorCounts counts_;
};

}  // namespace relaybench::relay
