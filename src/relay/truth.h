#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/random.h"

namespace relaybench::relay {

/// Times that were really taken, in µs: all of them up to a bound, beyond it a uniform sample (algorithm R of Vitter, 1985).
class TimeSample {
  public:
    explicit TimeSample(std::size_t bound = kDefaultBound) : bound_(bound) {}
    static constexpr std::size_t kDefaultBound = 2'000'000;

    void add(core::Duration time);
    [[nodiscard]] std::uint64_t count() const { return count_; }
    /// By nearest rank (the ⌈q·n⌉-th smallest), in µs; 0 without samples.
    [[nodiscard]] std::int32_t quantile_us(double quantile) const;

  private:
    std::size_t bound_;
    std::uint64_t count_ = 0;
    core::Random random_{1};
    mutable std::vector<std::int32_t> values_us_;
    mutable bool sorted_ = true;
};

/// What the relay really did, against which a client's figures are checked.
struct Truth {
    TimeSample ttft;  ///< request received whole → first token handed to the socket
    TimeSample gap;   ///< between successive writes with tokens of one stream
    std::uint64_t connections = 0;
    std::uint64_t requests = 0;
    std::uint64_t streams = 0;
    std::uint64_t finished = 0;     ///< reached the end of their script, faulty or not
    std::uint64_t client_left = 0;  ///< the client closed before that
    std::uint64_t refused = 0;      ///< answered with an error status
    std::uint64_t chunks = 0;       ///< token-bearing
    std::uint64_t tokens = 0;
    std::uint64_t writes = 0;
    std::uint64_t bytes = 0;
    std::uint64_t blocked = 0;  ///< writes that the socket did not take whole
    TimeSample lateness;        ///< due → written, of writes with tokens: the relay's own slack
};

/// The JSON document of `--truth` and `GET /relaybench/truth`.
[[nodiscard]] std::string truth_json(const Truth& truth, const std::string& profile);

}  // namespace relaybench::relay
