#include "result/distribution.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace relaybench::result {
namespace {

std::int64_t rounded_microseconds(core::Duration latency) {
    const auto half = std::chrono::nanoseconds(500);
    return std::max<std::int64_t>(1, std::chrono::duration_cast<std::chrono::microseconds>(latency + half).count());
}

/// 1-based rank of quantile `q` among `count` values: ⌈q·count⌉, forgiving the rounding of products such as 0.07 · 100.
std::uint64_t rank_of(double q, std::uint64_t count) {
    constexpr double kRoundingSlack = 1e-9;
    const double exact = std::clamp(q, 0.0, 1.0) * static_cast<double>(count);
    const auto rank = static_cast<std::uint64_t>(std::ceil(exact * (1.0 - kRoundingSlack)));
    return std::clamp<std::uint64_t>(rank, 1, count);
}

}  // namespace

Distribution::Distribution() = default;

void Distribution::record(core::Duration latency) {
    const std::int64_t value = rounded_microseconds(latency);
    min_us_ = answered() == 0 ? value : std::min(min_us_, value);
    max_us_ = std::max(max_us_, value);
    if (value > histogram_.config().highest)
        ++out_of_range_;
    histogram_.record(value);
}

void Distribution::merge(const Distribution& other) {
    if (other.answered() > 0) {
        min_us_ = answered() == 0 ? other.min_us_ : std::min(min_us_, other.min_us_);
        max_us_ = std::max(max_us_, other.max_us_);
        histogram_.merge(other.histogram_);
    }
    out_of_range_ += other.out_of_range_;
    never_ += other.never_;
    censored_ += other.censored_;
}

void Distribution::clear() {
    if (answered() > 0)
        histogram_.reset();
    never_ = 0;
    censored_ = 0;
    out_of_range_ = 0;
    min_us_ = 0;
    max_us_ = 0;
}

std::optional<Distribution::Quantile> Distribution::quantile(double q) const {
    if (count() == 0)
        return std::nullopt;
    const std::uint64_t rank = rank_of(q, count());
    if (rank > answered())
        return Quantile{};
    if (rank == answered())
        return Quantile{std::chrono::microseconds(max_us_)};
    // A bucket's upper edge may lie above the exact maximum; no quantile does.
    return Quantile{std::chrono::microseconds(std::min(histogram_.value_at_rank(rank), max_us_))};
}

std::optional<core::Duration> Distribution::mean() const {
    if (answered() == 0)
        return std::nullopt;
    constexpr double kNanosecondsPerMicrosecond = 1000.0;
    return core::Duration{std::llround(histogram_.mean() * kNanosecondsPerMicrosecond)};
}

std::optional<core::Duration> Distribution::min() const {
    if (answered() == 0)
        return std::nullopt;
    return std::chrono::microseconds(min_us_);
}

std::optional<core::Duration> Distribution::max() const {
    if (answered() == 0)
        return std::nullopt;
    return std::chrono::microseconds(max_us_);
}

std::uint64_t Distribution::answered() const { return histogram_.count(); }

bool operator==(const Distribution& a, const Distribution& b) {
    // Not the histograms themselves: their extremes are only as exact as a bucket once they were read from bytes.
    const auto facts = [](const Distribution& each) {
        return std::tuple(each.never_, each.censored_, each.out_of_range_, each.min_us_, each.max_us_);
    };
    return facts(a) == facts(b) && stats::encode_v2(a.histogram_) == stats::encode_v2(b.histogram_);
}

Distribution Distribution::restored(stats::HdrHistogram histogram, const Saved& saved) {
    Distribution restored;
    restored.histogram_ = std::move(histogram);
    restored.never_ = saved.never;
    restored.censored_ = saved.censored;
    if (restored.answered() > 0) {
        restored.out_of_range_ = saved.out_of_range;
        restored.min_us_ = saved.min_us;
        restored.max_us_ = saved.max_us;
    }
    return restored;
}

}  // namespace relaybench::result
