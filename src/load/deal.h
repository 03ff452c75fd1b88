#pragma once

#include <cstdint>
#include <vector>

namespace relaybench::load {

/// Which arm takes which arrival: every block of as many arrivals as there are arms is a permutation of the arms, drawn from the seed, so
/// that drift hits all arms alike and no arm is ever ahead by more than one. A pure function: workers that share nothing agree on it.
class ArmDealer {
  public:
    /// `arms` must not be 0.
    ArmDealer(std::uint32_t arms, std::uint64_t seed) : arms_(arms), seed_(seed) {}

    [[nodiscard]] std::uint32_t arm_of(std::uint64_t arrival);

  private:
    std::uint32_t arms_;
    std::uint64_t seed_;
    /// The permutation of the block that was asked for last.
    std::vector<std::uint32_t> block_;
    std::uint64_t block_number_ = 0;
};

/// Which worker starts an arrival: in turn.
[[nodiscard]] std::uint32_t worker_of(std::uint64_t arrival, std::uint32_t workers);

/// Part `index` of `total` divided among `parts`: they add up to the total and differ by one at most, the first being the larger.
[[nodiscard]] std::uint64_t share_of(std::uint64_t total, std::uint32_t parts, std::uint32_t index);

/// What one worker does for one arm of a closed loop.
struct ArmShare {
    std::uint64_t slots = 0;  ///< streams that it keeps open at once
    std::uint64_t count = 0;  ///< streams that it starts in all
};

/// Closed loop: the slots and the count of each arm are shared by the workers: [worker][arm]. Sums are exact for any number of workers.
/// A worker without slots for an arm gets no count for it either.
[[nodiscard]] std::vector<std::vector<ArmShare>> share_closed_loop(std::uint64_t streams_per_arm, std::uint64_t count_per_arm,
                                                                   std::uint32_t arms, std::uint32_t workers);
/// The same of a share: what a shard was dealt, by arm, among its workers.
[[nodiscard]] std::vector<std::vector<ArmShare>> share_closed_loop(const std::vector<ArmShare>& whole, std::uint32_t parts);

}  // namespace relaybench::load
