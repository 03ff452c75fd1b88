#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "stats/bootstrap.h"

namespace relaybench::stats {

/// The measurements of one arm, laid out so that a resample of its clusters costs one pass over them. Not for two threads at once: the
/// counts of a resample are kept from call to call.
class WeightedClusters {
  public:
    explicit WeightedClusters(std::span<const Cluster> clusters);

    /// No measurement at all.
    [[nodiscard]] bool empty() const { return cells_.empty(); }
    [[nodiscard]] double quantile(double q);
    /// Of as many clusters as there are, drawn with replacement; +infinity when none of those drawn holds a measurement.
    [[nodiscard]] double resampled_quantile(double q, core::Random& random);

  private:
    struct Cell {
        std::size_t value;  // index into values_
        std::uint64_t times;
    };

    void add_cluster(std::size_t cluster);
    [[nodiscard]] double quantile_of_counts(double q) const;

    std::vector<double> values_;       // distinct, ascending
    std::vector<Cell> cells_;          // of all clusters, one after the other
    std::vector<std::size_t> starts_;  // of each cluster in cells_, and the end
    std::vector<std::uint64_t> counts_;
};

}  // namespace relaybench::stats
