#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace relaybench::stream {

/// How a stream ended; exactly one, the first that matches (docs/metrics.md).
enum class Outcome : std::uint8_t {
    Complete,
    Cancelled,
    ConnectFailed,
    TlsFailed,
    TimeoutConnect,
    Auth,
    RateLimited,
    UpgradeFailed,
    Refused,
    BadWire,
    ErrorInStream,
    TimeoutFirstToken,
    TimeoutIdle,
    Dropped,
    Truncated,
};

inline constexpr std::size_t kOutcomeCount = 15;

/// "complete", "timeout_first_token", …: the ids of JSON, gates and tables.
[[nodiscard]] std::string_view outcome_id(Outcome outcome);
[[nodiscard]] std::optional<Outcome> outcome_by_id(std::string_view id);
[[nodiscard]] const std::array<Outcome, kOutcomeCount>& all_outcomes();
/// Everything but complete and cancelled.
[[nodiscard]] bool is_error(Outcome outcome);

}  // namespace relaybench::stream
