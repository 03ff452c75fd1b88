#include "stats/stratified_test.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "core/random.h"

namespace relaybench::stats {
namespace {

/// Up to this many possible values the distribution is convolved: some ten million steps at most.
constexpr std::uint64_t kMostExactValues = 4000;
/// Relative slack when two deviations are compared, so that rounding does not split equal ones.
constexpr double kSlack = 1e-9;

double log_choose(std::uint64_t n, std::uint64_t k) {
    return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) - std::lgamma(static_cast<double>(n - k) + 1);
}

/// Two-sided tail of a standard normal value.
double normal_tails(double deviation) { return std::erfc(deviation / std::sqrt(2.0)); }

/// How many of the other arm lie above the cut, by chance: hypergeometric on least … most.
struct Chance {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    double mean = 0;
    double variance = 0;
};

Chance chance_of(const Stratum& stratum) {
    const std::uint64_t all = stratum.base + stratum.other;
    const std::uint64_t above = stratum.base_above + stratum.other_above;
    Chance chance;
    chance.least = above > stratum.base ? above - stratum.base : 0;
    chance.most = std::min(above, stratum.other);
    if (all < 2) {
        chance.mean = static_cast<double>(stratum.other_above);
        return chance;
    }
    const auto n = static_cast<double>(all);
    const auto k = static_cast<double>(above);
    const auto m = static_cast<double>(stratum.other);
    chance.mean = k * m / n;
    chance.variance = chance.mean * (n - k) / n * (n - m) / (n - 1);
    return chance;
}

std::vector<double> probabilities(const Stratum& stratum, const Chance& chance) {
    const std::uint64_t all = stratum.base + stratum.other;
    const std::uint64_t above = stratum.base_above + stratum.other_above;
    std::vector<double> weights;
    for (std::uint64_t hits = chance.least; hits <= chance.most; ++hits) {
        weights.push_back(
            std::exp(log_choose(above, hits) + log_choose(all - above, stratum.other - hits) - log_choose(all, stratum.other)));
    }
    return weights;
}

void convolve(std::vector<double>& sum, const std::vector<double>& one) {
    std::vector<double> result(sum.size() + one.size() - 1, 0.0);
    for (std::size_t i = 0; i < sum.size(); ++i) {
        for (std::size_t k = 0; k < one.size(); ++k)
            result[i + k] += sum[i] * one[k];
    }
    sum = std::move(result);
}

/// P(|T − mean| ≥ deviation), T the sum over the strata.
double exact_tails(std::span<const Stratum> strata, const Chance& total, double deviation) {
    std::vector<double> distribution{1.0};
    for (const Stratum& stratum : strata) {
        const Chance chance = chance_of(stratum);
        if (chance.most > chance.least)
            convolve(distribution, probabilities(stratum, chance));
    }
    double p = 0;
    for (std::size_t i = 0; i < distribution.size(); ++i) {
        if (std::abs(static_cast<double>(total.least + i) - total.mean) >= deviation * (1 - kSlack) - kSlack)
            p += distribution[i];
    }
    return std::min(1.0, p);
}

/// A run of clusters of one block.
struct Block {
    std::size_t first = 0;
    std::size_t end = 0;
    std::size_t others = 0;
};

std::vector<Block> blocks_of(std::span<const ScoredCluster> clusters) {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < clusters.size(); ++i) {
        if (blocks.empty() || clusters[i].block != clusters[i - 1].block)
            blocks.push_back({i, i, 0});
        ++blocks.back().end;
        blocks.back().others += clusters[i].other ? 1U : 0U;
    }
    return blocks;
}

struct Moments {
    double mean = 0;
    double variance = 0;
};

/// Mean and variance of the sum of `others` scores drawn from a block without replacement.
Moments moments_of(std::span<const ScoredCluster> clusters, const Block& block) {
    const auto n = static_cast<double>(block.end - block.first);
    const auto m = static_cast<double>(block.others);
    double sum = 0;
    for (std::size_t i = block.first; i < block.end; ++i)
        sum += clusters[i].score;
    const double mean = sum / n;
    double squares = 0;
    for (std::size_t i = block.first; i < block.end; ++i)
        squares += (clusters[i].score - mean) * (clusters[i].score - mean);
    return {mean * m, n < 2 ? 0.0 : squares / (n - 1) * m * (n - m) / n};
}

/// One dealing of the labels: the sum of the scores that the other arm gets.
double dealt_sum(std::vector<double>& scores, const std::vector<Block>& blocks, core::Random& random) {
    double sum = 0;
    for (const Block& block : blocks) {
        for (std::size_t taken = 0; taken < block.others; ++taken) {
            const std::size_t at = block.first + taken;
            std::swap(scores[at], scores[at + random.below(block.end - at)]);
            sum += scores[at];
        }
    }
    return sum;
}

double drawn_tails(std::span<const ScoredCluster> clusters, const std::vector<Block>& blocks, double mean, double deviation,
                   std::uint64_t seed) {
    constexpr int kDealings = 4999;
    core::Random random(seed);
    std::vector<double> scores;
    for (const ScoredCluster& cluster : clusters)
        scores.push_back(cluster.score);
    int as_far = 0;
    for (int i = 0; i < kDealings; ++i)
        as_far += std::abs(dealt_sum(scores, blocks, random) - mean) >= deviation * (1 - kSlack) ? 1 : 0;
    return (1.0 + as_far) / (1.0 + kDealings);
}

}  // namespace

double stratified_p_value(std::span<const Stratum> strata) {
    Chance total;
    double observed = 0;
    for (const Stratum& stratum : strata) {
        const Chance chance = chance_of(stratum);
        total.least += chance.least;
        total.most += chance.most;
        total.mean += chance.mean;
        total.variance += chance.variance;
        observed += static_cast<double>(stratum.other_above);
    }
    if (total.variance <= 0)
        return 1.0;
    const double deviation = std::abs(observed - total.mean);
    if (total.most - total.least <= kMostExactValues)
        return exact_tails(strata, total, deviation);
    constexpr double kContinuity = 0.5;
    return normal_tails(std::max(0.0, deviation - kContinuity) / std::sqrt(total.variance));
}

double clustered_p_value(std::span<const ScoredCluster> clusters, std::uint64_t seed) {
    constexpr std::size_t kFewClusters = 400;
    const std::vector<Block> blocks = blocks_of(clusters);
    Moments total;
    for (const Block& block : blocks) {
        const Moments one = moments_of(clusters, block);
        total.mean += one.mean;
        total.variance += one.variance;
    }
    if (total.variance <= 0)
        return 1.0;
    double observed = 0;
    for (const ScoredCluster& cluster : clusters)
        observed += cluster.other ? cluster.score : 0.0;
    const double deviation = std::abs(observed - total.mean);
    if (clusters.size() < kFewClusters)
        return drawn_tails(clusters, blocks, total.mean, deviation, seed);
    return normal_tails(deviation / std::sqrt(total.variance));
}

}  // namespace relaybench::stats
