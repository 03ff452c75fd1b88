#pragma once

#include <optional>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/http_exchange.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

/// Whether requests that need several packets arrive.
[[nodiscard]] Outcome check_body(const Subject& subject, Facts& facts);

/// A question that got no whole answer in time, and the same once more, as before and in small packets.
struct Unanswered {
    HttpReply first;
    HttpReply again;
    HttpReply small;
};
/// Whether it is the size of packets that keeps the answer; nothing when it is not, or when it cannot be told. Pure.
[[nodiscard]] std::optional<result::Finding> why_unanswered(const Unanswered& replies);
/// Whether the same question, asked once more, was answered. Pure.
[[nodiscard]] bool is_answered_now_and_then(const Unanswered& replies);

/// What became of a question whose answer did not come in time.
struct Silence {
    std::optional<result::Finding> finding;  ///< why, when it is the size of packets
    std::optional<HttpReply> answered;       ///< the answer, when it came to the same question asked once more
};
/// Asks twice more. Nothing at once when the answer came.
[[nodiscard]] Silence explain_silence(const Subject& subject, const Facts& facts, const HttpQuestion& question, Trust trust,
                                      const HttpReply& reply);

/// The same question got no answer that counts at first, and one when it was asked again: a warning beside what the answer means. What
/// failed besides stays failed.
[[nodiscard]] Outcome answered_late(Outcome outcome, const HttpReply& first);

}  // namespace relaybench::doctor
