#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wire/request.h"

namespace relaybench::doctor {

/// What x-ratelimit headers leave of a limit.
struct RateLeft {
    std::string what;  ///< "requests", "tokens"
    std::uint64_t limit = 0;
    std::uint64_t remaining = 0;

    /// Less than a tenth.
    [[nodiscard]] bool is_nearly_used() const { return remaining * 10 < limit; }
};

/// The limit of which the smallest share is left, of headers such as x-ratelimit-limit-requests and x-ratelimit-remaining-requests (names in
/// lower case). Nothing when there is no such pair.
[[nodiscard]] std::optional<RateLeft> tightest_limit(const std::vector<wire::Header>& headers);

}  // namespace relaybench::doctor
