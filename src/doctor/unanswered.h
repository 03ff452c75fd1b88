#pragma once

#include <optional>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/http_exchange.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

/// Who asks whom.
struct Asker {
    const Subject& subject;
    const Facts& facts;
    Trust trust;
};

/// One question on a connection of its own. What of it was not taken in time is thrown away: it must not fill a thin line for nothing.
[[nodiscard]] HttpReply ask_for(core::Duration budget, const Asker& asker, HttpQuestion question, Segments segments = Segments::Usual);

/// A question that got no whole answer in time, and the same once more, as before and in small packets.
struct Unanswered {
    HttpReply first;
    HttpReply again;
    HttpReply small;
    bool repeated = false;  ///< what `again` and `small` show showed a second time
};
/// Asks twice more, at once; and three times more where chance could have made it look like a hole for large packets.
[[nodiscard]] Unanswered ask_again(const Asker& asker, const HttpQuestion& question, const HttpReply& first);

/// Small packets brought the answer, large ones did not, and the kernel saw no sign of packets that were lost: a server or proxy that holds
/// answers now and then looks the same, unless it repeats itself. Pure.
[[nodiscard]] bool may_be_chance(const Unanswered& replies);
/// Full packets of the answer came, and time was up before the last one: where large packets get lost none of them comes. Pure.
[[nodiscard]] bool is_trickling(const HttpReply& reply);
/// Whether it is the size of packets that keeps the answer; nothing when it is not, or when it cannot be told. Pure.
[[nodiscard]] std::optional<result::Finding> why_unanswered(const Unanswered& replies);
/// Whether the same question, asked once more, was answered. Pure.
[[nodiscard]] bool is_answered_now_and_then(const Unanswered& replies);

/// What became of a question whose answer did not come in time.
struct Silence {
    std::optional<result::Finding> finding;  ///< why, when it is the size of packets
    std::optional<HttpReply> answered;       ///< the answer, when it came to the same question asked once more
};
/// Asks again. Nothing at once when the answer came.
[[nodiscard]] Silence explain_silence(const Subject& subject, const Facts& facts, const HttpQuestion& question, Trust trust,
                                      const HttpReply& reply);

/// The same question got no answer that counts at first, and one when it was asked again: a warning beside what the answer means. What
/// failed besides stays failed.
[[nodiscard]] Outcome answered_late(Outcome outcome, const HttpReply& first);

}  // namespace relaybench::doctor
