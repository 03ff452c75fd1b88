#include "judge/error_comparison.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "stats/stratified_test.h"

namespace relaybench::judge {
namespace {

struct Wilson {
    double low = 0;
    double high = 0;
};

/// Wilson 1927, score interval of a share.
Wilson wilson(double share, double count) {
    constexpr double kZ = 1.959963984540054;  // 97.5 % point of the normal distribution
    const double square = kZ * kZ / count;
    const double centre = share + square / 2;
    const double reach = kZ * std::sqrt(share * (1 - share) / count + square / (4 * count));
    return {std::max(0.0, (centre - reach) / (1 + square)), std::min(1.0, (centre + reach) / (1 + square))};
}

std::uint64_t judged(const result::ArmResult& arm) { return arm.ended() - arm.outcome(stream::Outcome::Cancelled); }

}  // namespace

std::optional<result::ErrorComparison> compare_errors(const result::ArmResult& base, const result::ArmResult& other,
                                                      const PairedStreams& streams) {
    const auto base_count = static_cast<double>(judged(base));
    const auto other_count = static_cast<double>(judged(other));
    if (base_count == 0 || other_count == 0)
        return std::nullopt;
    result::ErrorComparison errors;
    errors.base = static_cast<double>(base.errored()) / base_count;
    errors.other = static_cast<double>(other.errored()) / other_count;
    const Wilson from = wilson(errors.base, base_count);
    const Wilson to = wilson(errors.other, other_count);
    const double difference = errors.other - errors.base;
    errors.low = difference - std::hypot(errors.other - to.low, from.high - errors.base);
    errors.high = difference + std::hypot(to.high - errors.other, errors.base - from.low);
    const std::array all{stats::Stratum{judged(base), judged(other), base.errored(), other.errored()}};
    errors.p_value = streams.empty() ? stats::stratified_p_value(all) : stats::stratified_p_value(streams.failed());
    return errors;
}

}  // namespace relaybench::judge
