#include "load/deal.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random.h"

namespace relaybench::load {

namespace {

/// Random numbers of dealing are a stream of their own, whatever else the seed feeds.
constexpr std::uint64_t kDealStream = 0x6465616c;  // "deal"

/// Fisher and Yates.
std::vector<std::uint32_t> permutation(std::uint32_t size, core::Random random) {
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t left = size; left > 1; --left) {
        std::swap(order[left - 1], order[random.below(left)]);
    }
    return order;
}

}  // namespace

std::uint32_t ArmDealer::arm_of(std::uint64_t arrival) {
    const std::uint64_t number = arrival / arms_;
    if (block_.empty() || number != block_number_) {
        block_ = permutation(arms_, core::Random(seed_).fork(kDealStream).fork(number));
        block_number_ = number;
    }
    return block_[arrival % arms_];
}

std::uint32_t worker_of(std::uint64_t arrival, std::uint32_t workers) { return static_cast<std::uint32_t>(arrival % workers); }

std::uint64_t share_of(std::uint64_t total, std::uint32_t parts, std::uint32_t index) {
    return total / parts + (index < total % parts ? 1 : 0);
}

std::vector<std::vector<ArmShare>> share_closed_loop(std::uint64_t streams_per_arm, std::uint64_t count_per_arm, std::uint32_t arms,
                                                     std::uint32_t workers) {
    return share_closed_loop(std::vector<ArmShare>(arms, ArmShare{streams_per_arm, count_per_arm}), workers);
}

std::vector<std::vector<ArmShare>> share_closed_loop(const std::vector<ArmShare>& whole, std::uint32_t parts) {
    std::vector<std::vector<ArmShare>> shares(parts, std::vector<ArmShare>(whole.size()));
    // Where an arm's first slot goes moves on from arm to arm, so that the remainders do not all fall on the first part.
    std::uint32_t first = 0;
    for (std::size_t arm = 0; arm < whole.size(); ++arm) {
        const auto holders = static_cast<std::uint32_t>(std::min<std::uint64_t>(whole[arm].slots, parts));
        for (std::uint32_t i = 0; i < holders; ++i) {
            ArmShare& share = shares[(first + i) % parts][arm];
            share.slots = share_of(whole[arm].slots, parts, i);
            share.count = share_of(whole[arm].count, holders, i);
        }
        first = (first + static_cast<std::uint32_t>(whole[arm].slots % parts)) % parts;
    }
    return shares;
}

}  // namespace relaybench::load
