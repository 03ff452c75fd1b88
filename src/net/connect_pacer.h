#pragma once

#include <cstddef>

namespace relaybench::net {

/// How many connects and hand-shakes may be in flight. TLS hand-shakes cost hundreds of microseconds each, all in the round of the event
/// loop in which the peer's answer is found: many in one round make established streams wait, so that several of their chunks are read at once
/// and share the stamp of the last. What hurts is not how many are in flight but how many finish in the same round, so their number is
/// adapted to that: a far peer's answers come spread out and allow many, a near one's come together and allow few.
class ConnectPacer {
  public:
    /// Hand-shakes that one round may finish without being too many.
    static constexpr std::size_t kTlsPerRound = 3;

    explicit ConnectPacer(std::size_t most) : most_(most) {}

    [[nodiscard]] bool admits(bool tls) const;
    void begin(bool tls);
    void end(bool tls);
    void finished_tls() { finished_in_round_ += 1; }
    /// To be called once a round of the event loop.
    void end_round();
    [[nodiscard]] std::size_t tls_limit() const { return tls_limit_; }

  private:
    std::size_t most_;
    std::size_t tls_limit_ = 2 * kTlsPerRound;
    std::size_t in_flight_ = 0;
    std::size_t tls_in_flight_ = 0;
    std::size_t finished_in_round_ = 0;
    bool was_full_ = false;
};

}  // namespace relaybench::net
