#include "stream/outcome.h"

#include <algorithm>

namespace relaybench::stream {
namespace {

constexpr std::array<Outcome, kOutcomeCount> kAll{
    Outcome::Complete,      Outcome::Cancelled,         Outcome::ConnectFailed, Outcome::TlsFailed, Outcome::TimeoutConnect,
    Outcome::Auth,          Outcome::RateLimited,       Outcome::UpgradeFailed, Outcome::Refused,   Outcome::BadWire,
    Outcome::ErrorInStream, Outcome::TimeoutFirstToken, Outcome::TimeoutIdle,   Outcome::Dropped,   Outcome::Truncated,
};

constexpr std::array<std::string_view, kOutcomeCount> kIds{
    "complete", "cancelled", "connect_failed",  "tls_failed",          "timeout_connect", "auth",    "rate_limited", "upgrade_failed",
    "refused",  "bad_wire",  "error_in_stream", "timeout_first_token", "timeout_idle",    "dropped", "truncated",
};

}  // namespace

std::string_view outcome_id(Outcome outcome) { return kIds.at(static_cast<std::size_t>(outcome)); }

std::optional<Outcome> outcome_by_id(std::string_view id) {
    const auto* found = std::find(kIds.begin(), kIds.end(), id);
    if (found == kIds.end())
        return std::nullopt;
    return kAll.at(static_cast<std::size_t>(found - kIds.begin()));
}

const std::array<Outcome, kOutcomeCount>& all_outcomes() { return kAll; }

bool is_error(Outcome outcome) { return outcome != Outcome::Complete && outcome != Outcome::Cancelled; }

}  // namespace relaybench::stream
