#include "stats/hdr_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/require.h"

namespace relaybench::stats {
namespace {

constexpr std::int64_t kAboveAll = std::numeric_limits<std::int64_t>::max();

/// ⌈q·count⌉, at least 1 and at most `count` (so 0 of 0). One step of q towards zero first, as in the reference: 0.07 · 100 is slightly above
/// 7 in binary and must still be rank 7.
std::uint64_t quantile_rank(double q, std::uint64_t count) {
    if (!(q > 0))
        return std::min<std::uint64_t>(count, 1);
    if (q >= 1)
        return count;
    const double rank = std::ceil(std::nextafter(q, 0.0) * static_cast<double>(count));
    return std::min(count, std::max<std::uint64_t>(static_cast<std::uint64_t>(rank), 1));
}

}  // namespace

HdrHistogram::HdrHistogram() : HdrHistogram(Config{}) {}

HdrHistogram::HdrHistogram(const Config& config)
    : config_(config), layout_(config.lowest, config.highest, config.significant_digits), min_(kAboveAll) {}

core::Expected<HdrHistogram> HdrHistogram::make(const Config& config) {
    if (!HdrLayout::is_valid(config.lowest, config.highest, config.significant_digits)) {
        return core::bad_input(
            fmt::format("histogram of {} to {} with {} digits: expected lowest >= 1, highest >= 2 x lowest, 0 to 5 digits", config.lowest,
                        config.highest, config.significant_digits));
    }
    return HdrHistogram(config);
}

void HdrHistogram::allocate() { counts_.resize(layout_.size()); }

void HdrHistogram::record(std::int64_t value, std::uint64_t times) {
    core::require(value >= 0, "a negative value was recorded in a histogram");
    if (times == 0) {
        return;
    }
    if (counts_.empty()) [[unlikely]] {
        allocate();
    }
    if (value > config_.highest) [[unlikely]] {
        out_of_range_ += times;
        value = config_.highest;
    }
    counts_[layout_.index_of(value)] += times;
    count_ += times;
    min_ = std::min(min_, value);
    max_ = std::max(max_, value);
}

void HdrHistogram::restore(std::size_t index, std::uint64_t times) {
    if (counts_.empty()) {
        allocate();
    }
    counts_[index] += times;
    count_ += times;
    min_ = std::min(min_, layout_.lowest_at(index));
    max_ = std::max(max_, layout_.highest_at(index));
}

void HdrHistogram::merge(const HdrHistogram& other) {
    core::require(config_ == other.config_, "histograms of different configurations were merged");
    if (other.count_ == 0) {
        return;
    }
    if (counts_.empty()) {
        allocate();
    }
    const std::size_t last = layout_.index_of(other.max_);
    for (std::size_t i = layout_.index_of(other.min_); i <= last; ++i) {
        counts_[i] += other.counts_[i];
    }
    count_ += other.count_;
    out_of_range_ += other.out_of_range_;
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
}

void HdrHistogram::reset() {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = 0;
    out_of_range_ = 0;
    min_ = kAboveAll;
    max_ = 0;
}

std::int64_t HdrHistogram::min() const { return count_ == 0 ? 0 : min_; }

std::int64_t HdrHistogram::max() const { return max_; }

double HdrHistogram::mean() const {
    double sum = 0;
    for (const Bucket& bucket : buckets()) {
        sum += static_cast<double>(layout_.middle_at(layout_.index_of(bucket.lowest))) * static_cast<double>(bucket.count);
    }
    return count_ == 0 ? 0 : sum / static_cast<double>(count_);
}

double HdrHistogram::standard_deviation() const {
    const double centre = mean();
    double sum = 0;
    for (const Bucket& bucket : buckets()) {
        const double off = static_cast<double>(layout_.middle_at(layout_.index_of(bucket.lowest))) - centre;
        sum += off * off * static_cast<double>(bucket.count);
    }
    return count_ == 0 ? 0 : std::sqrt(sum / static_cast<double>(count_));
}

std::int64_t HdrHistogram::value_at_quantile(double q) const { return value_at_rank(quantile_rank(q, count_)); }

std::int64_t HdrHistogram::value_at_rank(std::uint64_t rank) const {
    if (count_ == 0 || rank >= count_) {
        return max();
    }
    std::size_t index = layout_.index_of(min_);
    std::uint64_t seen = counts_[index];
    while (seen < rank) {
        seen += counts_[++index];
    }
    return std::min(layout_.highest_at(index), max_);
}

std::uint64_t HdrHistogram::count_at_or_below(std::int64_t value) const {
    if (count_ == 0 || value < 0) {
        return 0;
    }
    const std::size_t end = std::min(layout_.index_of(value), layout_.index_of(max_)) + 1;
    std::uint64_t below = 0;
    for (std::size_t i = layout_.index_of(min_); i < end; ++i) {
        below += counts_[i];
    }
    return below;
}

std::vector<HdrHistogram::Bucket> HdrHistogram::buckets() const {
    std::vector<Bucket> found;
    if (count_ == 0) {
        return found;
    }
    const std::size_t last = layout_.index_of(max_);
    for (std::size_t i = layout_.index_of(min_); i <= last; ++i) {
        if (counts_[i] > 0) {
            found.push_back({layout_.lowest_at(i), layout_.highest_at(i), counts_[i]});
        }
    }
    return found;
}

// A histogram that was reset has counts, a fresh one has none: both are empty.
bool operator==(const HdrHistogram& a, const HdrHistogram& b) {
    const bool same_totals =
        a.config_ == b.config_ && a.count_ == b.count_ && a.out_of_range_ == b.out_of_range_ && a.min_ == b.min_ && a.max_ == b.max_;
    return same_totals && (a.count_ == 0 || a.counts_ == b.counts_);
}

}  // namespace relaybench::stats
