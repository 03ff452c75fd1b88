#pragma once

#include <optional>

#include "doctor/check.h"
#include "doctor/examination.h"
#include "doctor/http_exchange.h"
#include "doctor/reach.h"

namespace relaybench::doctor {

/// Only the relay gets a key: one that proved itself, over TLS that was verified (or is opened by somebody to whom the user allows it), or on
/// this very machine.
[[nodiscard]] bool may_send_key(const Subject& subject, const Facts& facts);
/// Why not: withheld by the check that is in the way, which leaves a gap in the examination.
[[nodiscard]] Outcome key_withheld(const Facts& facts);
/// With what trust a request that holds the key is sent, once it may be.
[[nodiscard]] Trust trust_for_key(const Facts& facts);
/// Adds to what came of a request with the key that it went through an interceptor, where it did.
[[nodiscard]] Outcome with_interceptor(Outcome outcome, const Facts& facts);
/// A question that holds the key.
[[nodiscard]] HttpQuestion with_key(const KeySource& key, std::string target);
/// What the relay thinks of a key, by its answer to GET /v1/models; notes the models of a good one.
[[nodiscard]] Outcome judge_key(const KeySource& key, Facts& facts, const HttpReply& reply);

/// Of a request that was sent without a key: it was refused for that.
[[nodiscard]] bool wants_key(const HttpReply& reply);
/// By the answer to a question for the list of models that held no key: whether everybody is shown it. Nothing when the answer is about
/// something else.
[[nodiscard]] std::optional<bool> is_shown_to_all(const HttpReply& reply);
/// Then the key that is missing is what is wrong.
[[nodiscard]] Outcome key_wanted(const Subject& subject, const HttpReply& reply);

/// http.auth: asks with the key, if the peer may see it; without one where none is configured and the relay may not want any.
[[nodiscard]] Outcome check_auth(const Subject& subject, Facts& facts);
/// http.ratelimit: what the answer to that says of limits.
[[nodiscard]] Outcome check_rate(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
