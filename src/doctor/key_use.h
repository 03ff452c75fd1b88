#pragma once

#include "doctor/check.h"
#include "doctor/examination.h"
#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// Only the relay gets a key: one that proved itself, over TLS that was verified or on this very machine.
[[nodiscard]] bool may_send_key(const Facts& facts);
/// What the relay thinks of a key, by its answer to GET /v1/models; notes the models of a good one.
[[nodiscard]] Outcome judge_key(const KeySource& key, Facts& facts, const HttpReply& reply);

/// http.auth: asks with the key, if the peer may see it.
[[nodiscard]] Outcome check_auth(const Subject& subject, Facts& facts);
/// http.ratelimit: what the answer to that says of limits.
[[nodiscard]] Outcome check_rate(const Subject& subject, Facts& facts);
/// model.list: whether the model is there, for this key.
[[nodiscard]] Outcome check_model(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
