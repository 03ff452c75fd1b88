#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "net/listener_http.h"
#include "relay/doctor_stream.h"
#include "relay/http_answer.h"

namespace relaybench::relay {

/// The endpoints that doctor measures paths with.
enum class DoctorPage : std::uint8_t {
    Hello,      ///< `/v1/doctor/hello`: who answers, and what arrived
    Stream,     ///< `/v1/doctor/stream`
    Counts,     ///< `/v1/doctor/stream/ID`: what that stream has written
    Body,       ///< `/v1/doctor/body`: how much arrived
    Socket,     ///< `/v1/doctor/ws`
    NoContent,  ///< `/generate_204`: what captive portals cannot know
};

[[nodiscard]] std::optional<DoctorPage> doctor_page_at(std::string_view path);
/// 405 when the page does not know the request's method.
[[nodiscard]] std::optional<HttpAnswer> refuse_doctor_method(const net::ServerRequest& request, DoctorPage page);

/// The nonce that proves who answers: `X-HS-Challenge`, cut at 200 bytes, without control characters.
[[nodiscard]] std::string challenge_of(const net::ServerRequest& request);

/// Every received header but those that carry secrets; values of a name that came more than once are joined by ", ".
[[nodiscard]] HttpAnswer hello_answer(const net::ServerRequest& request, std::string_view client_address, core::WallTime now);
/// 404 for a stream that is not known.
[[nodiscard]] HttpAnswer counts_answer(std::string_view path, const std::optional<DoctorCounts>& counts);
[[nodiscard]] HttpAnswer received_answer(std::size_t bytes);
[[nodiscard]] HttpAnswer no_content_answer(const net::ServerRequest& request);
[[nodiscard]] HttpAnswer bad_query_answer(std::string message);
/// How the stream is compressed: as the query wants it, for a client that accepts gzip.
[[nodiscard]] std::optional<wire::GzipWriter::Flush> doctor_gzip(const net::ServerRequest& request, const DoctorStreamQuery& query);
/// The head of a doctor's stream.
[[nodiscard]] std::string doctor_stream_head(const AnswerContext& context, const DoctorStreamQuery& query);

/// The ID of `/v1/doctor/stream/ID`.
[[nodiscard]] std::string_view stream_id_in(std::string_view path);

/// Whether a WebSocket message is `{"ask":"pings"}`, blanks aside.
[[nodiscard]] bool asks_for_pings(std::string_view message);
[[nodiscard]] std::string pings_json(std::uint64_t pings);

}  // namespace relaybench::relay
