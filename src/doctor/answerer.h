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
        Gateway,      ///< a front end or load balancer, of the relay or of the client's network
        Edge,         ///< of a provider whose customer is the relay
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

/// A web firewall that blocks, if headers or page are those of one: whatever the status is, which they choose as they like.
[[nodiscard]] std::optional<result::Finding> why_blocked(const HttpReply& reply);

/// Either of the two, unless what is used up is money.
[[nodiscard]] std::optional<result::Finding> why_kept_out(const HttpReply& reply);

/// A failure of a server (5xx): whose it is, by who answers.
[[nodiscard]] result::Finding why_server_fails(const HttpReply& reply, std::string cause);

/// The TLS port was spoken to in plain HTTP, by the words that servers have for it.
[[nodiscard]] bool wants_tls(const HttpReply& reply);

}  // namespace relaybench::doctor
