#include "doctor/rate_limits.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.h"

namespace relaybench::doctor {

namespace {

struct Pair {
    std::string_view what;
    std::string_view limit;
    std::string_view remaining;
};

constexpr auto kPairs = std::to_array<Pair>({
    {"requests", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"},
    {"tokens", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens"},
    {"requests", "x-ratelimit-limit", "x-ratelimit-remaining"},
    {"requests", "ratelimit-limit", "ratelimit-remaining"},
});

std::optional<std::uint64_t> number_in(const std::vector<wire::Header>& headers, std::string_view name) {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& header) { return header.name == name; });
    if (found == headers.end()) {
        return std::nullopt;
    }
    const std::string_view text = core::trimmed(found->value);
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    constexpr std::uint64_t kAbsurd = 4'000'000'000;  // headers are untrusted, and shares of this are computed
    return read.ec == std::errc{} && number < kAbsurd ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<RateLeft> tightest_limit(const std::vector<wire::Header>& headers) {
    std::optional<RateLeft> tightest;
    for (const auto& pair : kPairs) {
        const auto limit = number_in(headers, pair.limit);
        const auto remaining = number_in(headers, pair.remaining);
        if (!limit || !remaining || *limit == 0) {
            continue;
        }
        const RateLeft left{std::string(pair.what), *limit, *remaining};
        if (!tightest || left.remaining * tightest->limit < tightest->remaining * left.limit) {
            tightest = left;
        }
    }
    return tightest;
}

}  // namespace relaybench::doctor
