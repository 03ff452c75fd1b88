#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "doctor/http_exchange.h"
#include "result/diagnosis.h"
#include "wire/dialect.h"
#include "wire/stream_event.h"

namespace relaybench::doctor {

/// A completion of a real model as it came. No text of it is kept.
struct RealStream {
    core::TimePoint asked;
    std::vector<core::TimePoint> chunks;  ///< when each payload with tokens came
    bool finished = false;                ///< a finish signal or [DONE] came
    enum class End : std::uint8_t {
        NotReached,  ///< there was no answer at all
        NoStream,    ///< an answer of another kind
        Orderly,
        Cut,
        TimedOut,
        Enough,  ///< it goes on, and more is not read
    } end = End::NotReached;
    core::TimePoint ended;
    std::string end_text;                     ///< printable
    int status = 0;                           ///< of HTTP
    std::optional<wire::RelayError> error;    ///< in place of an answer, or in the middle of one
    std::optional<result::Finding> kept_out;  ///< by somebody who is not the relay
};

/// Notes an answer of HTTP that is no stream but a refusal: the relay's own words, or those of who stands before it.
void note_refusal(RealStream& stream, const HttpReply& reply);

/// An answer of HTTP in a dialect.
[[nodiscard]] RealStream read_completion(wire::Dialect dialect, const HttpReply& reply);

/// What such a stream tells of the way. Pure.
///
///   first    = from the question to the first chunk
///   spread   = from the first chunk to the last
///   arrivals = chunks that come within 1 ms of each other are one
struct RealPace {
    enum class Verdict : std::uint8_t {
        Refused,     ///< an error came
        NotReached,  ///< nobody answered
        NoStream,    ///< something else than a stream was answered
        Cut,         ///< the end is missing
        TooFew,      ///< fewer than 8 chunks, or so soon that a cache may have answered
        Unfinished,  ///< it was not over in time
        AtOnce,      ///< all that was written over seconds came in one moment
        Lumps,       ///< in so few arrivals that a model could have sent it like this
        Spread,
    } verdict = Verdict::TooFew;
    std::size_t chunks = 0;
    std::size_t arrivals = 0;
    core::Duration first{0};
    core::Duration spread{0};
    core::Duration median_gap{0};
    core::Duration longest_gap{0};
};
[[nodiscard]] RealPace pace_of(const RealStream& stream);

}  // namespace relaybench::doctor
