#include "stats/weighted_clusters.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/require.h"

namespace relaybench::stats {
namespace {

std::vector<double> distinct_values(std::span<const Cluster> clusters) {
    std::vector<double> values;
    for (const Cluster& cluster : clusters) {
        for (const WeightedValue& measured : cluster) {
            core::require(!std::isnan(measured.value), "NaN in a cluster");
            values.push_back(measured.value);
        }
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

}  // namespace

WeightedClusters::WeightedClusters(std::span<const Cluster> clusters) : values_(distinct_values(clusters)), counts_(values_.size()) {
    for (const Cluster& cluster : clusters) {
        starts_.push_back(cells_.size());
        for (const WeightedValue& measured : cluster) {
            if (measured.times > 0) {
                const auto found = std::lower_bound(values_.begin(), values_.end(), measured.value);
                cells_.push_back({static_cast<std::size_t>(found - values_.begin()), measured.times});
            }
        }
    }
    starts_.push_back(cells_.size());
}

void WeightedClusters::add_cluster(std::size_t cluster) {
    for (std::size_t i = starts_[cluster]; i < starts_[cluster + 1]; ++i) {
        counts_[cells_[i].value] += cells_[i].times;
    }
}

double WeightedClusters::quantile_of_counts(double q) const {
    const std::uint64_t total = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
    if (total == 0) {
        return std::numeric_limits<double>::infinity();
    }
    const std::size_t rank = quantile_rank(q, total);
    std::size_t index = 0;
    std::uint64_t seen = counts_[0];
    while (seen < rank) {
        seen += counts_[++index];
    }
    return values_[index];
}

double WeightedClusters::quantile(double q) {
    std::fill(counts_.begin(), counts_.end(), 0);
    for (std::size_t cluster = 0; cluster + 1 < starts_.size(); ++cluster) {
        add_cluster(cluster);
    }
    return quantile_of_counts(q);
}

double WeightedClusters::resampled_quantile(double q, core::Random& random) {
    std::fill(counts_.begin(), counts_.end(), 0);
    const std::size_t clusters = starts_.size() - 1;
    for (std::size_t i = 0; i < clusters; ++i) {
        add_cluster(random.below(clusters));
    }
    return quantile_of_counts(q);
}

}  // namespace relaybench::stats
