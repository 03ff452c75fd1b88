#include "judge/paired_streams.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace relaybench::judge {
namespace {

using result::Pairing;
using result::StreamValues;

/// Streams that started one after the other in closed loops and count as having met the same conditions.
constexpr std::uint64_t kNeighbours = 8;
constexpr std::size_t kFewestBlocks = 30;

bool is_ranked(std::uint32_t us) { return us != StreamValues::kAbsent; }

}  // namespace

std::uint64_t block_of(Pairing pairing, std::uint64_t arrival, std::uint64_t arms, std::uint64_t position) {
    switch (pairing) {
        case Pairing::Dealt:
            return arrival / std::max<std::uint64_t>(1, arms);
        case Pairing::Alongside:
            return position / kNeighbours;
        case Pairing::Apart:
            break;
    }
    return 0;
}

PairedStreams::PairedStreams(const result::StreamSet& base, const result::StreamSet& other, Pairing pairing) {
    if (base.empty() || other.empty())
        return;
    const std::uint64_t limit = std::min(base.values_limit, other.values_limit);
    for (const result::StreamSet* set : {&base, &other}) {
        for (const StreamValues& values : set->values) {
            if (values.ticket <= limit)
                members_.push_back({&values, 0, set == &other});
        }
    }
    std::sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) {
        return std::pair(a.values->intended_us, a.values->arrival) < std::pair(b.values->intended_us, b.values->arrival);
    });
    for (std::size_t i = 0; i < members_.size(); ++i)
        members_[i].block = block_of(pairing, members_[i].values->arrival, base.arms, i);
    std::stable_sort(members_.begin(), members_.end(), [](const Member& a, const Member& b) { return a.block < b.block; });
}

template <class Judged>
std::vector<stats::Stratum> PairedStreams::strata(const Judged& judged) const {
    std::vector<stats::Stratum> strata;
    std::uint64_t block = 0;
    for (const Member& member : members_) {
        const std::optional<bool> above = judged(*member.values, member.other);
        if (!above)
            continue;
        if (strata.empty() || member.block != block)
            strata.emplace_back();
        block = member.block;
        stats::Stratum& stratum = strata.back();
        ++(member.other ? stratum.other : stratum.base);
        (member.other ? stratum.other_above : stratum.base_above) += *above ? 1U : 0U;
    }
    return strata;
}

std::vector<stats::Stratum> PairedStreams::above(std::size_t metric, Cuts cuts) const {
    return strata([metric, cuts](const StreamValues& values, bool other) -> std::optional<bool> {
        const std::uint32_t us = values.us.at(metric);
        return is_ranked(us) ? std::optional(us > (other ? cuts.other_us : cuts.base_us)) : std::nullopt;
    });
}

std::vector<stats::Stratum> PairedStreams::failed() const {
    return strata([](const StreamValues& values, bool) { return values.cancelled ? std::nullopt : std::optional(values.failed); });
}

std::optional<std::uint32_t> PairedStreams::common_cut(std::size_t metric, double q) const {
    std::vector<std::uint32_t> ranked;
    for (const Member& member : members_) {
        if (is_ranked(member.values->us.at(metric)))
            ranked.push_back(member.values->us.at(metric));
    }
    if (ranked.empty())
        return std::nullopt;
    const auto rank =
        std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(q * static_cast<double>(ranked.size()))), 1, ranked.size());
    const auto at = ranked.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(ranked.begin(), at, ranked.end());
    const std::uint32_t cut = *at;
    const bool something_above = std::any_of(ranked.begin(), ranked.end(), [cut](std::uint32_t us) { return us > cut; });
    return something_above || cut == 0 ? cut : cut - 1;
}

double shared_share(std::span<const stats::Stratum> strata) {
    constexpr double kLeast = -0.5;
    constexpr double kMost = 0.95;
    stats::Stratum sum;
    for (const stats::Stratum& stratum : strata) {
        sum.base += stratum.base;
        sum.other += stratum.other;
        sum.base_above += stratum.base_above;
        sum.other_above += stratum.other_above;
    }
    const auto share = [](std::uint64_t above, std::uint64_t all) {
        return all == 0 ? 0.0 : static_cast<double>(above) / static_cast<double>(all);
    };
    const double p_base = share(sum.base_above, sum.base);
    const double p_other = share(sum.other_above, sum.other);
    const double scale_base = std::sqrt(static_cast<double>(sum.base) * p_base * (1 - p_base));
    const double scale_other = std::sqrt(static_cast<double>(sum.other) * p_other * (1 - p_other));
    if (strata.size() < kFewestBlocks || scale_base == 0 || scale_other == 0)
        return 0;
    double variance = 0;
    for (const stats::Stratum& stratum : strata) {
        const double base = static_cast<double>(stratum.base_above) - p_base * static_cast<double>(stratum.base);
        const double other = static_cast<double>(stratum.other_above) - p_other * static_cast<double>(stratum.other);
        variance += (other / scale_other - base / scale_base) * (other / scale_other - base / scale_base);
    }
    return std::clamp(1 - variance / 2, kLeast, kMost);
}

}  // namespace relaybench::judge
