#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "net/listener_http.h"
#include "relay/fault.h"
#include "relay/http_answer.h"
#include "relay/profile.h"
#include "relay/rate_window.h"
#include "wire/key_format.h"

namespace relaybench::relay {

/// Why a request gets no stream.
struct Refusal {
    HttpAnswer answer;
    std::string message;           ///< the sentence inside the answer's body
    std::uint16_t close_code = 0;  ///< not 0 and a WebSocket: the upgrade succeeds, the body is sent as a message, then this code
};

/// Says who gets a stream: keys, models, rate limit, and the faults that befall an answer.
class Admission {
  public:
    /// `profile` must outlive it.
    explicit Admission(const Profile& profile);

    /// Key, then fault, then rate limit; the caller asks for the model when it knows it.
    [[nodiscard]] std::optional<Refusal> refuse(const net::ServerRequest& request, const std::optional<Fault>& fault, core::TimePoint now);
    /// Only the key: `GET /v1/models`.
    [[nodiscard]] std::optional<Refusal> refuse_key(const net::ServerRequest& request) const;
    [[nodiscard]] std::optional<Refusal> refuse_model(std::string_view model) const;

  private:
    [[nodiscard]] std::optional<Refusal> refuse_rate(std::string_view key, core::TimePoint now);

    const Profile& profile_;
    std::vector<wire::KeyPattern> patterns_;
    RateWindow window_;
};

/// The key of `Authorization: Bearer KEY`; nothing when the header is absent or malformed.
[[nodiscard]] std::optional<std::string_view> bearer_key(std::string_view authorization);

}  // namespace relaybench::relay
