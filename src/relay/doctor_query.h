#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "wire/gzip_stream.h"

namespace relaybench::relay {

/// Events of which the k-th, counted from 1, is due `lead + k · interval` after the begin.
struct DoctorSchedule {
    std::uint32_t events = 12;
    std::chrono::milliseconds interval{300};
    std::chrono::milliseconds lead{0};  ///< before all that: a first token that takes long
};

/// The query of `/v1/doctor/stream`.
struct DoctorStreamQuery {
    DoctorSchedule schedule;
    std::uint32_t pad_bytes = 0;                  ///< of a field `pad` in every event; 0: no such field
    std::chrono::milliseconds keepalive{0};       ///< from comment to comment; 0: none
    std::string id;                               ///< under which the counts can be asked for; empty: they are not kept
    bool forbid_buffering = true;                 ///< `X-Accel-Buffering: no`
    std::optional<wire::GzipWriter::Flush> gzip;  ///< compressed for clients that accept it; absent: never
};

/// The query of the WebSocket `/v1/doctor/ws`.
struct DoctorSocketQuery {
    std::optional<DoctorSchedule> paced;     ///< absent: nothing is sent but the echo
    std::chrono::milliseconds heartbeat{0};  ///< from ping to ping; 0: none
};

/// Of a request's target. BadInput names every parameter that is wrong or unknown, and what would be accepted.
[[nodiscard]] core::Expected<DoctorStreamQuery> read_doctor_stream_query(std::string_view target);
[[nodiscard]] core::Expected<DoctorSocketQuery> read_doctor_socket_query(std::string_view target);

}  // namespace relaybench::relay
