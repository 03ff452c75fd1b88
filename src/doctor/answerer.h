#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "doctor/check.h"
#include "doctor/http_exchange.h"
#include "result/diagnosis.h"

namespace relaybench::doctor {

/// Who wrote an answer, by its headers and by the pages that gateways are known for. A guess: every one of these can be forged or hidden.
struct Answerer {
    enum class Kind : std::uint8_t {
        Relay,        ///< its own shape: JSON
        Gateway,      ///< a front end or load balancer that stands before the relay
        Interceptor,  ///< a proxy of the network that the client is in
        Unknown,
    } kind = Kind::Unknown;
    std::string name;  ///< "nginx", "Cloudflare"; empty: not known
    std::string hint;  ///< what such an answer of it means; empty: nothing special

    /// "nginx", "the relay", "something on the way".
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] Answerer answerer_of(const HttpReply& reply);

/// "HTTP 524 (from Cloudflare: the server behind it took longer than 100 to 120 s)".
[[nodiscard]] std::string answered(const HttpReply& reply);

/// Adds the headers that say who answered.
Outcome& show_answerer(Outcome& outcome, const HttpReply& reply);

/// Who limits the rate, if that is what the answer says (429).
[[nodiscard]] std::optional<result::Finding> why_limited(const HttpReply& reply);

/// The TLS port was spoken to in plain HTTP, by the words that servers have for it.
[[nodiscard]] bool wants_tls(const HttpReply& reply);

}  // namespace relaybench::doctor
