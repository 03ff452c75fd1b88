#include "result/stamp_error.h"

namespace relaybench::result {
namespace {

std::optional<StampError::Summary> sum_of(const StampError::Summary& a, const StampError::Summary& b) {
    stats::HdrHistogram sum = stamp_error_histogram();
    for (const StampError::Summary* each : {&a, &b}) {
        if (each->count == 0)
            continue;
        if (!each->histogram_ns)
            return std::nullopt;
        sum.merge(*each->histogram_ns);
    }
    return summary_of(sum);
}

}  // namespace

stats::HdrHistogram stamp_error_histogram() {
    // A fixed, valid configuration.
    return stats::HdrHistogram::make({.lowest = 1, .highest = 3'600'000'000'000, .significant_digits = 3}).value();
}

StampError::Summary summary_of(const stats::HdrHistogram& errors_ns) {
    constexpr double kMedian = 0.50;
    constexpr double kP99 = 0.99;
    StampError::Summary summary;
    summary.count = errors_ns.count();
    summary.mean = core::Duration(static_cast<std::int64_t>(errors_ns.mean()));
    summary.p50 = core::Duration(errors_ns.value_at_quantile(kMedian));
    summary.p99 = core::Duration(errors_ns.value_at_quantile(kP99));
    summary.max = core::Duration(errors_ns.max());
    summary.histogram_ns = errors_ns;
    return summary;
}

std::optional<StampError> sum_of(const StampError& a, const StampError& b) {
    auto ttft = sum_of(a.ttft, b.ttft);
    auto gap = sum_of(a.gap, b.gap);
    auto user_ttft = sum_of(a.user_ttft, b.user_ttft);
    auto user_gap = sum_of(a.user_gap, b.user_gap);
    if (!ttft || !gap || !user_ttft || !user_gap)
        return std::nullopt;
    return StampError{
        .ttft = *std::move(ttft), .gap = *std::move(gap), .user_ttft = *std::move(user_ttft), .user_gap = *std::move(user_gap)};
}

}  // namespace relaybench::result
