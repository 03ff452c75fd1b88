#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace relaybench::bench {

/// Counts of absolute errors in microsecond buckets up to 100 ms; what is above goes into the last bucket. Mean and maximum are exact.
class ErrorTally {
  public:
    ErrorTally();
    void record(std::int64_t error_ns);
    /// `{"count":…,"mean_us":…,"p50_us":…,"p99_us":…,"max_us":…}`; quantiles are upper ends of buckets, null without samples.
    [[nodiscard]] std::string json() const;

  private:
    [[nodiscard]] double quantile_us(double q) const;

    std::vector<std::uint32_t> buckets_;
    std::uint64_t count_ = 0;
    double sum_ns_ = 0;
    std::int64_t max_ns_ = 0;
};

}  // namespace relaybench::bench
