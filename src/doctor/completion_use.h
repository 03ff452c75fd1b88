#pragma once

#include <cstdint>

#include "doctor/check.h"
#include "doctor/facts.h"
#include "doctor/http_exchange.h"

namespace relaybench::doctor {

/// GET of the list of models. Some are half a megabyte long.
[[nodiscard]] HttpQuestion models_question(const Facts& facts);

/// A completion that names no model and says nothing: every relay refuses it before a model is asked, so that it costs nothing, and how it
/// is refused tells whether the key counts there.
[[nodiscard]] HttpQuestion empty_completion(const Facts& facts);

/// What is known of the key before completions are asked for.
enum class KeyJudged : std::uint8_t {
    None,     ///< there is no key
    Not,      ///< what was asked with it is answered to anybody
    Accepted  ///< something was answered with it that is refused without
};

/// What an answer to such a request tells. Pure. A pass says nothing about models.
[[nodiscard]] Outcome judge_completion(const HttpReply& reply, KeyJudged judged);

/// http.completion: whether requests for completions are taken in, as far as that costs nothing.
[[nodiscard]] Outcome check_completion(const Subject& subject, Facts& facts);

}  // namespace relaybench::doctor
