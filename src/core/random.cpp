#include "core/random.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace relaybench::core {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kGoldenGamma = 0x9e3779b97f4a7c15;

/// SplitMix64's output function (Steele, Lea, Flood 2014, as published by Vigna): a bijection that spreads every input bit.
constexpr std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

}  // namespace

Random::Random(std::uint64_t seed) : seed_(seed) {
    for (std::uint64_t& word : state_) {
        seed += kGoldenGamma;
        word = mixed(seed);
    }
}

// The index is mixed on its own first: otherwise fork(i) of seed s and fork(j) of seed t would coincide for simple sums of the two.
Random Random::fork(std::uint64_t index) const { return Random(mixed(seed_ ^ mixed(index + kGoldenGamma))); }

std::uint64_t Random::next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Random::uniform() {
    constexpr double kStep = 0x1.0p-53;
    return static_cast<double>(next() >> 11) * kStep;
}

// Lemire, "Fast random integer generation in an interval" (2019): a multiplication instead of a division, and exact by rejection.
std::uint64_t Random::below(std::uint64_t bound) {
    if (bound == 0) {
        return 0;
    }
    Wide product = static_cast<Wide>(next()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
        const std::uint64_t threshold = (0 - bound) % bound;
        while (static_cast<std::uint64_t>(product) < threshold) {
            product = static_cast<Wide>(next()) * bound;
        }
    }
    return static_cast<std::uint64_t>(product >> 64);
}

double Random::exponential(double mean) { return mean == 0 ? 0 : -mean * std::log1p(-uniform()); }

// Box and Muller; the second number of the pair is thrown away so that a generator has no hidden state.
double Random::normal() {
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace relaybench::core
