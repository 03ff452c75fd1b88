#include "raw/tally.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace relaybench::bench {
namespace {

constexpr std::size_t kBuckets = 100'000;
constexpr std::int64_t kBucketNs = 1000;
constexpr double kNanosecondsPerMicrosecond = 1000.0;

}  // namespace

ErrorTally::ErrorTally() : buckets_(kBuckets) {}

void ErrorTally::record(std::int64_t error_ns) {
    const std::int64_t size = std::abs(error_ns);
    ++buckets_[std::min(static_cast<std::size_t>(size / kBucketNs), kBuckets - 1)];
    ++count_;
    sum_ns_ += static_cast<double>(size);
    max_ns_ = std::max(max_ns_, size);
}

double ErrorTally::quantile_us(double q) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count_)));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
        seen += buckets_[i];
        if (seen >= rank) {
            return static_cast<double>(i + 1);
        }
    }
    return static_cast<double>(kBuckets);
}

std::string ErrorTally::json() const {
    std::ostringstream out;
    out << "{\"count\":" << count_;
    if (count_ == 0) {
        out << R"(,"mean_us":null,"p50_us":null,"p99_us":null,"max_us":null})";
        return out.str();
    }
    constexpr double kMedian = 0.5;
    constexpr double kTail = 0.99;
    out << ",\"mean_us\":" << sum_ns_ / static_cast<double>(count_) / kNanosecondsPerMicrosecond << ",\"p50_us\":" << quantile_us(kMedian)
        << ",\"p99_us\":" << quantile_us(kTail) << ",\"max_us\":" << static_cast<double>(max_ns_) / kNanosecondsPerMicrosecond << "}";
    return out.str();
}

}  // namespace relaybench::bench
