#pragma once

#include <array>
#include <cstdint>

namespace relaybench::core {

/// Seeded random numbers whose sequence is the same on every machine and compiler (xoshiro256++ of Blackman and Vigna, seeded by
/// SplitMix64; the distributions of <random> differ between standard libraries and so are not used).
class Random {
  public:
    explicit Random(std::uint64_t seed);

    /// A generator for item `index` that does not depend on how many numbers this one has given out.
    [[nodiscard]] Random fork(std::uint64_t index) const;

    std::uint64_t next();
    /// Uniform in [0, 1).
    double uniform();
    /// Uniform in [0, bound); 0 when bound is 0.
    std::uint64_t below(std::uint64_t bound);
    /// Exponential with the given mean; 0 when mean is 0.
    double exponential(double mean);
    /// Standard normal.
    double normal();

  private:
    std::uint64_t seed_;
    std::array<std::uint64_t, 4> state_{};
};

}  // namespace relaybench::core
