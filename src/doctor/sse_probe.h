#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/examination.h"
#include "doctor/http_exchange.h"
#include "doctor/pacing.h"

namespace relaybench::doctor {

struct Facts;

/// How the relay's synthetic stream is asked for.
struct StreamAsk {
    std::string method = "POST";
    std::string accept_encoding = "identity";
    std::size_t events = 12;
    std::chrono::milliseconds interval{300};
    std::size_t pad_bytes = 0;
    core::Duration budget = std::chrono::seconds(10);
    std::string id{};  ///< under which the relay counts what it sent; empty: it does not
};

/// What came of it.
struct StreamSample {
    HttpReply reply;
    std::vector<PacedArrival> events;
    bool done = false;    ///< [DONE] came
    std::string strange;  ///< the first event that is none of the relay's, untrusted; empty: none came

    [[nodiscard]] bool is_stream() const;
    [[nodiscard]] bool is_compressed() const { return !reply.header("content-encoding").empty(); }
    /// From the request to the last byte that came.
    [[nodiscard]] core::Duration cut_after() const { return reply.ended_at - reply.asked; }
};

/// The text of an answer's body piece by piece, unpacked where it came compressed; ends when `take` returns false.
void feed_pieces(const HttpReply& reply, const std::function<bool(std::string_view bytes, core::TimePoint at)>& take);

/// The pieces of an answer as events; compressed ones are read as their bytes come.
[[nodiscard]] StreamSample sample_of(HttpReply reply);

/// Asks without a key, on a connection of its own.
[[nodiscard]] StreamSample play_stream(const Subject& subject, const Facts& facts, const StreamAsk& ask);
/// Each on a connection of its own, all at once.
[[nodiscard]] std::vector<StreamSample> play_streams(const Subject& subject, const Facts& facts, const std::vector<StreamAsk>& asks);

/// The first streams, which were played side by side: as completions are asked for, as most clients do (they accept compression), and by GET.
struct FirstStreams {
    StreamSample plain;
    StreamSample compressed;
    StreamSample by_get;
    std::optional<core::Duration> round_trip;  ///< of the same request for a stream that ends at once
};

[[nodiscard]] Pacing pacing_of(const StreamSample& sample, std::optional<core::Duration> round_trip);

}  // namespace relaybench::doctor
